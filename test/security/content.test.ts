import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseDocument } from "../../lib/config/parse-document.ts";
import { isDigest } from "../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { parseManifest } from "../../lib/oci/parse-manifest.ts";
import { isRepositoryPath, isTag } from "../../lib/oci/reference.ts";
import { manifestPath, tagsPath } from "../../lib/registry/repository-path.ts";
import { HOSTILE_TAGS } from "../support/hostile-registry/endless-answers.ts";

const LIB = fileURLToPath(new URL("../../lib", import.meta.url));
const HEX = "0123456789abcdef".repeat(4);

const BAD_DIGESTS = [
  "",
  "sha256:",
  `sha256:${HEX.slice(1)}`,
  `sha256:${HEX}0`,
  `sha256:${HEX.toUpperCase()}`,
  `sha256:${HEX}\n`,
  `sha256:${"../".repeat(21)}a`,
  `sha512:${HEX}`,
  `md5:${HEX.slice(32)}`,
  `SHA256:${HEX}`,
  `sha256:${HEX}?x=1`,
  `sha256%3A${HEX}`,
];

const BAD_REPOSITORIES = [
  "",
  "/app",
  "app/",
  "a//b",
  "..",
  "a/../b",
  "a/./b",
  "App",
  "a b",
  "a%2fb",
  "a\\b",
  "a?b",
  "a#b",
  "a\u0000",
  "ａpp",
  "-a",
  "a_",
  "x".repeat(256),
];

describe("content", () => {
  it.each(BAD_DIGESTS)("rule 9: %j is no digest, and gets into no path", (digest) => {
    expect(isDigest(digest)).toBe(false);
  });

  it.each(BAD_REPOSITORIES)("rule 9: %j is no repository, and gets into no path", (repository) => {
    expect(isRepositoryPath(repository)).toBe(false);
    const refused = expect.objectContaining({ code: "NAME_NOT_ALLOWED", remedy: "fixInput" });
    expect(() => tagsPath(repository)).toThrow(refused);
  });

  it.each(HOSTILE_TAGS)("rule 9: %j is no tag, and gets into no path", (tag) => {
    expect(isTag(tag)).toBe(false);
    expect(() => manifestPath("team/app", { kind: "tag", tag })).toThrow(
      expect.objectContaining({ code: "NAME_NOT_ALLOWED" }),
    );
  });

  it.each(["v1", "__proto__", "constructor", "a..b", "_", "1.0-rc.1", "x".repeat(128)])(
    "rule 9: what is a tag stays in its place: %s",
    (tag) => {
      const path = manifestPath("team/app", { kind: "tag", tag });
      expect(new URL(path, "https://registry.test").pathname).toBe(path);
    },
  );

  it("rule 14: keys that every object has change no object", () => {
    const bytes = Buffer.from(
      `{"schemaVersion":2,"config":{"digest":"sha256:${HEX}","size":2,"annotations":{"__proto__":"x","constructor":"y"}},` +
        `"layers":[],"__proto__":{"polluted":true},"annotations":{"__proto__":{"polluted":true}}}`,
    );
    const descriptor = {
      mediaType: MEDIA_TYPES.ociManifest,
      digest: `sha256:${HEX}`,
      size: bytes.byteLength,
    } as const;
    const content = parseManifest({ descriptor, bytes });
    expect(content.blobs).toHaveLength(1);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect("polluted" in content).toBe(false);
  });

  it("rule 15: no pattern of a user's reaches V8's RegExp", () => {
    const building = readdirSync(LIB, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => /new RegExp\(|[^\w.]RegExp\(/.test(readFileSync(join(LIB, file), "utf8")));
    // Put together of constants that stand in the same file.
    expect(building.sort()).toEqual(["oci/reference.ts", "registry/acr-repositories.ts"]);
  });

  it.each([
    ["a file of more than 1 MiB", `a: ${"x".repeat(1024 ** 2)}`],
    [
      "aliases of aliases",
      [
        "a: &a [x,x,x,x,x,x,x,x,x,x]",
        ..."bcdefgh".split("").map((name, at) => {
          const before = "abcdefg"[at];
          return `${name}: &${name} [${Array(10).fill(`*${before}`).join(",")}]`;
        }),
      ].join("\n"),
    ],
  ])("rule 16: refuses %s", (_, text) => {
    expect(() => parseDocument("imageferry.yaml", text, "yaml")).toThrow(
      expect.objectContaining({ code: "CONFIG_SYNTAX", remedy: "fixInput" }),
    );
  });

  it.each(["!!js/function 'x'", "!!python/object:os.system {}", "!custom x"])(
    "rule 16: makes nothing of a tag of YAML but text, or refuses it: %s",
    (text) => {
      let parsed: unknown;
      try {
        parsed = parseDocument("imageferry.yaml", `a: ${text}`, "yaml").root;
      } catch (error) {
        parsed = error;
      }
      expect(typeof parsed).toBe("object");
      expect(JSON.stringify(parsed)).not.toContain('"function"');
    },
  );
});
