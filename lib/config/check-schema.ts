import * as z from "zod";
import type { FerryError } from "../base/error.ts";
import { configError, formatPlace } from "./config-error.ts";
import { positionOf, toPlain } from "./config-node.ts";
import type { ConfigDocument } from "./parse-document.ts";
import { suggestKey } from "./suggest-key.ts";

type Issue = z.core.$ZodIssue;
type UnknownKeys = Extract<Issue, { readonly code: "unrecognized_keys" }>;

const ISSUES_SHOWN_MAX = 10;

/**
 * Checks a document against a schema.
 *
 * @throws {FerryError} `CONFIG_UNKNOWN_KEY`, `CONFIG_INVALID`; the message has a line for each
 * problem, with its place and never with a value, which may be a secret.
 */
export function checkSchema<T>(document: ConfigDocument, schema: z.ZodType<T>): T {
  // A document is checked once: a checker compiled for its schema would cost more than the check.
  const result = schema.safeParse(toPlain(document.root), { jitless: true });
  if (result.success) return result.data;
  throw schemaError(document, flatten(result.error.issues, []), schema);
}

function schemaError(
  document: ConfigDocument,
  issues: readonly Issue[],
  schema: z.ZodType,
): FerryError {
  const lines = issues.slice(0, ISSUES_SHOWN_MAX).flatMap((issue) => describe(document, issue));
  const more = issues.length - ISSUES_SHOWN_MAX;
  const message = [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown === undefined) return configError("CONFIG_INVALID", message);
  return configError("CONFIG_UNKNOWN_KEY", message, suggestion(unknown, schema));
}

/** Of a choice, the problems of the option that fits best: the one that got furthest in. */
function flatten(issues: readonly Issue[], path: readonly PropertyKey[]): readonly Issue[] {
  return issues.flatMap((issue) => {
    const here = { ...issue, path: [...path, ...issue.path] };
    if (issue.code !== "invalid_union") return [here];
    const options = issue.errors.map((option) => flatten(option, here.path));
    const best = options.find((option) =>
      option.some(({ path }) => path.length > here.path.length),
    );
    const strict = options.find((option) =>
      option.some(({ code }) => code === "unrecognized_keys"),
    );
    return strict ?? best ?? [here];
  });
}

function describe(document: ConfigDocument, issue: Issue): readonly string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const place = formatPlace(document.file, positionOf(document.root, [...issue.path, key]));
      return `${place}: unknown key "${key}"`;
    });
  }
  const place = formatPlace(document.file, positionOf(document.root, issue.path));
  const name = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  return [`${place}: ${name}${issue.message}`];
}

function suggestion(unknown: UnknownKeys, schema: z.ZodType): string {
  const known = z.toJSONSchema(schema, { io: "input" });
  const meant = suggestKey(known, unknown.path, unknown.keys[0] ?? "");
  return meant === undefined
    ? "See docs/config.schema.json for the keys there are."
    : `Did you mean "${meant}"?`;
}
