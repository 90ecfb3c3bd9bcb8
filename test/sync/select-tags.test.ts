import { describe, expect, it } from "vitest";
import type { ListedSelection } from "../../lib/sync/every-tag.ts";
import { selectTags } from "../../lib/sync/select-tags.ts";

const SIGNATURE = `sha256-${"a".repeat(64)}.sig`;
const FALLBACK = `sha256-${"b".repeat(64)}`;

function listed(fields: Partial<ListedSelection>): ListedSelection {
  return { kind: "listed", include: [], exclude: [], ...fields };
}

function globs(...patterns: string[]) {
  return patterns.map((pattern) => ({ kind: "glob" as const, pattern }));
}

describe("selectTags", () => {
  const tags = ["1.10.0", "latest", "1.9.0", "v1.11.0", "1.11.0-rc.1", "1.9", "nightly"];

  it.each<[string, Partial<ListedSelection>, readonly string[]]>([
    ["everything", {}, tags],
    ["included", { include: globs("1.*") }, ["1.10.0", "1.9.0", "1.11.0-rc.1", "1.9"]],
    ["excluded", { include: globs("1.*"), exclude: globs("*-rc*") }, ["1.10.0", "1.9.0", "1.9"]],
    ["a range, v or not", { semver: ">=1.9.0" }, ["1.10.0", "1.9.0", "v1.11.0"]],
    ["a range with prereleases", { semver: ">=1.11.0-0" }, ["v1.11.0", "1.11.0-rc.1"]],
    ["newest versions first", { newest: 2 }, ["v1.11.0", "1.11.0-rc.1"]],
    [
      "newest in natural order once versions are used up",
      { newest: 6 },
      ["1.10.0", "latest", "1.9.0", "v1.11.0", "1.11.0-rc.1", "nightly"],
    ],
    ["newest more than there are", { newest: 100 }, tags],
  ])("selects %s in listed order", (_title, fields, expected) => {
    expect(selectTags(tags, listed(fields))).toEqual(expected);
  });

  it("sorts names that are no versions by their numbers", () => {
    const dates = ["build-9", "build-100", "build-20"];
    expect(selectTags(dates, listed({ newest: 2 }))).toEqual(["build-100", "build-20"]);
  });

  it.each<[string, Partial<ListedSelection>, boolean, readonly string[]]>([
    ["all tags keep them", {}, false, ["1.0.0", SIGNATURE, FALLBACK]],
    ["with referrers they are left out", {}, true, ["1.0.0"]],
    ["an include names them", { include: globs("*.sig") }, false, [SIGNATURE]],
    ["with referrers an include does not", { include: globs("*") }, true, ["1.0.0"]],
    ["they are never the newest", { newest: 3 }, false, ["1.0.0"]],
  ])("treats tags of signatures: %s", (_title, fields, referrers, expected) => {
    expect(selectTags(["1.0.0", SIGNATURE, FALLBACK], listed(fields), { referrers })).toEqual(
      expected,
    );
  });

  it.each<[string, Partial<ListedSelection>]>([
    ["RULE_BAD_SEMVER", { semver: "newest" }],
    ["RULE_BAD_REGEX", { exclude: [{ kind: "regex", pattern: "(" }] }],
    ["RULE_BAD_GLOB", { include: globs("{") }],
  ])("reports %s even without tags", (code, fields) => {
    expect(() => selectTags([], listed(fields))).toThrow(expect.objectContaining({ code }));
  });
});
