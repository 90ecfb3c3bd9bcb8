import { Ajv2020 } from "ajv/dist/2020.js";
import type { ApiResponse } from "../../lib/web/api-request.ts";

/** A request and what was answered, to be held against `openapi.json`. */
export interface CheckedExchange {
  readonly method: string;
  readonly path: string;
  /** Parsed; left out: none, or no JSON. */
  readonly body?: unknown;
  readonly response: ApiResponse;
}

/** What is wrong with an exchange, in words; nothing when all is as the document tells. */
export type OpenApiCheck = (exchange: CheckedExchange) => readonly string[];

const ROOT = "openapi";
const JSON_TYPE = "application/json";

/** Part of a document at a JSON pointer's words. */
export function partOf(document: unknown, ...words: readonly string[]): unknown {
  return words.reduce<unknown>((part, word) => (isObject(part) ? part[word] : undefined), document);
}

/** Makes the check by a document. */
export function openApiCheck(document: object): OpenApiCheck {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, ROOT);
  const flawsAt = (words: readonly string[], value: unknown): readonly string[] => {
    const pointer = words.map((word) => word.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
    const validate = ajv.getSchema(`${ROOT}#/${encodeURI(pointer)}`);
    if (validate === undefined) return [`there is no schema at ${pointer}`];
    return validate(value) === true ? [] : [`${pointer}: ${ajv.errorsText(validate.errors)}`];
  };
  const flawsOfBody = (operation: readonly string[], body: unknown): readonly string[] => {
    const isTold = partOf(document, ...operation, "requestBody") !== undefined;
    if (!isTold || body === undefined) return [];
    return flawsAt([...operation, "requestBody", "content", JSON_TYPE, "schema"], body);
  };
  const flawsOfAnswer = (operation: readonly string[], response: ApiResponse) => {
    const { status, headers, body } = response;
    const own = partOf(document, ...operation, "responses", String(status));
    if (own === undefined && status < 400) return [`${operation} does not answer ${status}`];
    const told = [...operation, "responses", own === undefined ? "default" : String(status)];
    const type = (headers["content-type"] ?? "").split(";")[0] ?? "";
    if (partOf(document, ...told, "content") === undefined) return [];
    const value = type.endsWith("json") ? JSON.parse(String(body)) : String(body);
    return flawsAt([...told, "content", type, "schema"], value);
  };
  const paths = Object.keys(partOf(document, "paths") ?? {});
  return ({ method, path, body, response }) => {
    const plain = path.split("?")[0] ?? "";
    const template = paths.find((known) => isPathOf(known, plain));
    const operation = ["paths", template ?? "", method.toLowerCase()];
    if (partOf(document, ...operation) === undefined) {
      return [404, 405].includes(response.status) ? [] : [`no ${operation}`];
    }
    const requested = response.status < 400 ? flawsOfBody(operation, body) : [];
    return [...requested, ...flawsOfAnswer(operation, response)];
  };
}

function isPathOf(template: string, path: string): boolean {
  return new RegExp(`^${template.replace("{id}", "[^/]+")}$`).test(path);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
