import type { RepositoryName } from "../../oci/reference.ts";
import type { TagSelection } from "../../sync/policy.ts";
import { compileTagPattern } from "../../sync/tag-patterns.ts";
import { configError } from "../config-error.ts";
import { parseNameList } from "./parse-name-list.ts";

/** The left side of a rule. */
export interface RuleSource {
  readonly repository: RepositoryName;
  readonly select: TagSelection;
}

/**
 * Reads the left side of a rule: a repository (all tags), a list of tags and digests, or
 * `repository:/expression/`.
 *
 * @throws {FerryError} `SOURCE_EMPTY`, `RULE_BAD_REFERENCE`, `RULE_HAS_SCHEME`,
 * `RULE_REGEX_NOT_CLOSED`, `RULE_BAD_REGEX`, `RULE_MULTI_REGEX`.
 */
export function parseSource(written: string): RuleSource {
  const text = written.trim();
  if (text === "") {
    throw configError("SOURCE_EMPTY", "a rule has an empty source", "Name the image to copy.");
  }
  const regexAt = findRegex(text);
  if (regexAt !== undefined) return regexSource(text, regexAt);
  const { repository, references } = parseNameList(text);
  const select: TagSelection =
    references.length === 0
      ? { kind: "listed", include: [], exclude: [] }
      : { kind: "named", references };
  return { repository, select };
}

/** Where `:/` begins an expression; a scheme is none. */
export function findRegex(text: string): number | undefined {
  const at = text.indexOf(":/");
  return at < 0 || text.startsWith("//", at + 1) ? undefined : at;
}

function regexSource(text: string, regexAt: number): RuleSource {
  const { repository, references } = parseNameList(text.slice(0, regexAt));
  if (references.length > 0) {
    throw configError(
      "RULE_BAD_REFERENCE",
      `"${text}" has both tags and an expression`,
      "Write two rules.",
    );
  }
  const written = text.slice(regexAt + 1);
  if (written.length < 2 || !written.endsWith("/")) {
    throw configError(
      "RULE_REGEX_NOT_CLOSED",
      `the expression in "${text}" is not closed`,
      "Write it between two slashes: repository:/expression/",
    );
  }
  const pattern = { kind: "regex", pattern: written.slice(1, -1) } as const;
  if (/\/\s*,\s*\//.test(pattern.pattern)) {
    throw configError(
      "RULE_MULTI_REGEX",
      `"${text}" has more than one expression`,
      "Join them with |, or write a rule for each.",
    );
  }
  compileTagPattern(pattern);
  return { repository, select: { kind: "listed", include: [pattern], exclude: [] } };
}
