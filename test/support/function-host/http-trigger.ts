import { Buffer } from "node:buffer";

/** An HTTP request for a function's trigger. */
export interface TriggerRequest {
  readonly method: string;
  /** Path with its query string. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What the caller of the trigger gets. */
export interface TriggerAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Types whose bodies travel inside events as they are; others as base64. */
const TEXT = /^(text\/|application\/(.+\+)?(json|xml|javascript|x-www-form-urlencoded))/i;

/** A request's body as both clouds' HTTP events carry it; nothing for a request without one. */
export function eventBody(request: TriggerRequest): {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
} {
  if (request.body === undefined) return { isBase64Encoded: false };
  const headers = Object.entries(request.headers ?? {});
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const bytes = Buffer.from(request.body);
  return TEXT.test(type)
    ? { body: bytes.toString("utf8"), isBase64Encoded: false }
    : { body: bytes.toString("base64"), isBase64Encoded: true };
}

/** A request's query; values of a name that is repeated are joined by commas, as both clouds do. */
export function eventQuery(url: URL): Readonly<Record<string, string>> {
  const names = new Set(url.searchParams.keys());
  return Object.fromEntries([...names].map((name) => [name, url.searchParams.getAll(name).join()]));
}

/** What a trigger's function answered. */
interface FunctionAnswer {
  readonly payload: Uint8Array;
  readonly isError: boolean;
}

/**
 * Reads a function's result as an HTTP answer: an object with `statusCode` is one, anything else is
 * the body of a 200 in JSON. An error is a 502, and no answer, which is what a throttled function
 * gives, a 429.
 */
export function triggerAnswer(answer: FunctionAnswer | undefined): TriggerAnswer {
  if (!answer) return { status: 429, headers: {}, body: new Uint8Array() };
  if (answer.isError) return { status: 502, headers: {}, body: answer.payload };
  const parsed = parseObject(Buffer.from(answer.payload).toString("utf8"));
  if (typeof parsed?.["statusCode"] !== "number") {
    return { status: 200, headers: { "content-type": "application/json" }, body: answer.payload };
  }
  const { statusCode, headers, body, isBase64Encoded } = parsed;
  return {
    status: statusCode,
    headers: lowerCased(headers),
    body: Buffer.from(
      typeof body === "string" ? body : "",
      isBase64Encoded === true ? "base64" : "utf8",
    ),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function lowerCased(headers: unknown): Record<string, string> {
  if (!isRecord(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
