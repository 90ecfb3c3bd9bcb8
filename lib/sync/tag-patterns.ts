import { RE2JS } from "re2js";
import { FerryError, toFerryError } from "../base/error.ts";
import { globToRegex } from "./glob.ts";
import type { TagPattern } from "./policy.ts";

const REGEX_LENGTH_MAX = 1000;

/**
 * Compiles a pattern into a test on one tag: globs match whole tags, regular expressions (RE2
 * syntax, linear time) anywhere in them.
 *
 * @throws {FerryError} `RULE_BAD_REGEX`, `RULE_BAD_GLOB`.
 */
export function compileTagPattern(pattern: TagPattern): (tag: string) => boolean {
  const isGlob = pattern.kind === "glob";
  const regex = compileRegex(isGlob ? globToRegex(pattern.pattern) : pattern.pattern, pattern);
  return (tag) => regex.test(tag);
}

function compileRegex(regex: string, pattern: TagPattern): RE2JS {
  if (pattern.kind === "regex" && regex.length > REGEX_LENGTH_MAX) {
    throw badRegex(`${regex.slice(0, 40)}…`, `longer than ${REGEX_LENGTH_MAX} characters`);
  }
  try {
    return RE2JS.compile(regex);
  } catch (thrown) {
    throw badRegex(pattern.pattern, toFerryError(thrown).message);
  }
}

function badRegex(regex: string, why: string): FerryError {
  return new FerryError(`tag pattern /${regex}/ does not compile: ${why}`, {
    code: "RULE_BAD_REGEX",
    remedy: "fixInput",
    hint: "Write it in RE2 syntax: no look-around and no back-references.",
  });
}
