import { RE2JS } from "re2js";
import { FerryError } from "../base/error.ts";

const GLOB_LENGTH_MAX = 256;

/** An escaped character, a whole `[class]`, or one character. */
const TOKEN = /\\[\s\S]|\[[!^]?\]?[^\]]*\]|[\s\S]/g;

/**
 * Turns a glob into an anchored expression in RE2 syntax: `*`, `?`, `[a-z]`, `[!a]`, `{a,b}` and
 * `\` before any of them.
 *
 * Not translated to V8's RegExp: half a dozen stars there take minutes on one 128-character tag.
 *
 * @throws {FerryError} `RULE_BAD_GLOB` when it is too long or a brace is left open.
 */
export function globToRegex(glob: string): string {
  if (glob.length > GLOB_LENGTH_MAX) {
    throw badGlob(`${glob.slice(0, 40)}…`, `it is longer than ${GLOB_LENGTH_MAX} characters`);
  }
  let depth = 0;
  let regex = "";
  for (const [token] of glob.matchAll(TOKEN)) {
    if (token === "{") depth++;
    regex += translate(token, depth > 0);
    if (token === "}" && depth > 0) depth--;
  }
  if (depth > 0) throw badGlob(glob, "a brace is not closed");
  return `^(?:${regex})$`;
}

function translate(token: string, inBraces: boolean): string {
  if (token === "*") return ".*";
  if (token === "?") return ".";
  if (token === "{") return "(?:";
  if (inBraces && token === "}") return ")";
  if (inBraces && token === ",") return "|";
  if (token.length === 1) return RE2JS.quote(token);
  return token.startsWith("[") ? characterClass(token.slice(1, -1)) : RE2JS.quote(token.slice(1));
}

function characterClass(content: string): string {
  const negated = /^[!^]/.test(content);
  const members = (negated ? content.slice(1) : content).replace(/[\\[\]^]/g, "\\$&");
  return `[${negated ? "^" : ""}${members}]`;
}

function badGlob(glob: string, why: string): FerryError {
  return new FerryError(`"${glob}" is not a tag pattern: ${why}`, {
    code: "RULE_BAD_GLOB",
    remedy: "fixInput",
    hint: "Write a glob such as 1.* or {1.25,1.26}, or a regular expression as /^1\\.2/.",
  });
}
