import type { TagPattern } from "./policy.ts";

/** Reads a pattern as it is written: RE2 syntax between slashes, else a glob. */
export function parseTagPattern(text: string): TagPattern {
  const isRegex = text.length > 1 && text.startsWith("/") && text.endsWith("/");
  return isRegex ? { kind: "regex", pattern: text.slice(1, -1) } : { kind: "glob", pattern: text };
}
