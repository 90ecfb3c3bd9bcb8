import { describe, expect, it } from "vitest";
import { startCliWorld } from "../support/cli-world.ts";
import { type BadInput, expectRefused, IMAGE, images, yaml } from "./bad-input.ts";

const IMAGES = ["sync", "--images", "images.json"];
const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;

function rule(name: string, rules: unknown, says: readonly string[]): BadInput {
  return { name, args: IMAGES, files: images(rules), exit: 1, says };
}

const RULES: readonly BadInput[] = [
  rule("an empty source", { "": "target.test/app" }, ["SOURCE_EMPTY", "Try: Name the image"]),
  rule("an empty target", { "source.test/app:v1": "" }, [
    ...["DEST_EMPTY", "source.test/app", "Try: Name it, or set a default with --registry"],
  ]),
  rule("an empty list of targets", { "source.test/app:v1": [] }, ["DEST_EMPTY", "Try:"]),
  rule("a target that is a number", { "source.test/app:v1": 7 }, ["DEST_TYPE", "Try:"]),
  rule("two tags onto one", { "source.test/app:v1,v2": "target.test/app:a" }, [
    ...["RULE_COUNT_MISMATCH", "2 tags", "1 of target.test/app", "Try: Give the target as many"],
  ]),
  rule("listed tags onto one", { "source.test/app": "target.test/app:a" }, [
    ...["RULE_COUNT_MISMATCH", "2 tags", "Try:"],
  ]),
  rule("two different digests", { [`source.test/app@${A}`]: `target.test/app@${B}` }, [
    ...["RULE_DIGEST_MISMATCH", A, B, "Try: A copy keeps its digest"],
  ]),
  rule(
    "a tag onto the digest of something else",
    { "source.test/app:v1": `target.test/app@${B}` },
    [...["DIGEST_DIFFERS", B, IMAGE.root.digest, "Try: Name a tag at the target"]],
  ),
  rule(
    "two rules onto one target tag",
    { "source.test/app:v1": "target.test/app:x", "source.test/app:v2": "target.test/app:x" },
    ["RULE_CONFLICT", "target.test/app:x", '"source.test/app:v1"', '"source.test/app:v2"', "Try:"],
  ),
  rule("upper case in a name", { "source.test/APP:v1": "target.test/app" }, [
    ...["RULE_BAD_REFERENCE", "source.test/APP:v1", "must be lower case", "Try: Write it as"],
  ]),
  rule("a scheme before a name", { "https://source.test/app:v1": "target.test/app" }, [
    ...["RULE_HAS_SCHEME", "https://source.test/app:v1", "Try: Leave out https://"],
  ]),
  rule("a tag that is too long", { [`source.test/app:${"x".repeat(129)}`]: "target.test/app" }, [
    ...["RULE_BAD_REFERENCE", "Try:"],
  ]),
  rule("an expression that does not compile", { "source.test/app:/(/": "target.test/app" }, [
    ...["RULE_BAD_REGEX", "Try:"],
  ]),
  rule("an expression without its end", { "source.test/app:/v1": "target.test/app" }, [
    ...["RULE_REGEX_NOT_CLOSED", "source.test/app:/v1"],
  ]),
  {
    name: "an expression for V8's engine alone",
    args: ["sync", "source.test/app", "target.test/app", "--include", "/(?=v)v1/"],
    exit: 2,
    says: ["RULE_BAD_REGEX", "(?=v)v1", "RE2"],
  },
  {
    name: "a range that is none",
    args: ["sync", "source.test/app", "target.test/app", "--semver", ">=x.y"],
    exit: 2,
    says: ["RULE_BAD_SEMVER", ">=x.y", "Try: Write it as"],
  },
  {
    name: "a policy without a target",
    files: yaml("policies:", "  - name: a", "    source: source.test/app"),
    exit: 2,
    says: ["CONFIG_INVALID", "imageferry.yaml:2:", "target"],
  },
];

describe.concurrent("bad input: rules", () => {
  it.each(RULES)("$name", (row) => expectRefused(row));

  it("one bad rule beside two good ones: the good ones are copied", async () => {
    const world = await startCliWorld();
    try {
      world.source.seed("app", IMAGE, "v1", "v2");
      const rules = {
        "source.test/app:v1": "target.test/a",
        "source.test/APP:v1": "target.test/b",
        "source.test/app:v2": "target.test/c",
      };

      const { exitCode, stdout } = await world.run([...IMAGES, "--format", "json"], {
        files: images(rules),
      });

      expect(exitCode).toBe(1);
      const report = JSON.parse(stdout);
      expect(report.totals).toMatchObject({
        planned: 2,
        copied: 2,
        rules: { total: 3, failed: 1 },
      });
      expect(report.rules).toMatchObject([{ rule: "source.test/APP:v1" }]);
      expect(world.target.snapshot().get("a")?.tags.get("v1")).toBe(IMAGE.root.digest);
      expect(world.target.snapshot().get("c")?.tags.get("v2")).toBe(IMAGE.root.digest);
      expect(world.target.snapshot().has("b")).toBe(false);
    } finally {
      await world.close();
    }
  });
});
