import { describe, expect, it } from "vitest";
import { policyFromFields } from "../../lib/config/policy-from-schema.ts";
import type { PolicyFields } from "../../lib/config/schema.ts";
import { DEFAULT_COPY_OPTIONS } from "../../lib/sync/policy.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as const;
const fields: PolicyFields = { name: "p", source: "q.io/n/app", target: ["d.io/m/app"] };

describe("policyFromFields", () => {
  it("copies every tag unless told otherwise", () => {
    expect(policyFromFields(fields, {})).toEqual({
      name: "p",
      source: { registry: "q.io", repository: "n/app" },
      select: { kind: "listed", include: [], exclude: [] },
      targets: [{ repository: { registry: "d.io", repository: "m/app" } }],
      options: DEFAULT_COPY_OPTIONS,
    });
  });

  it.each<[string, PolicyFields["tags"], object]>([
    [
      "names",
      ["1.10", DIGEST],
      {
        kind: "named",
        references: [
          { reference: { kind: "tag", tag: "1.10" } },
          { reference: { kind: "digest", digest: DIGEST } },
        ],
      },
    ],
    [
      "patterns among names",
      ["latest", "1.*", "/^v/"],
      {
        kind: "listed",
        include: [
          { kind: "glob", pattern: "latest" },
          { kind: "glob", pattern: "1.*" },
          { kind: "regex", pattern: "^v" },
        ],
        exclude: [],
      },
    ],
    [
      "a filter",
      { include: ["1.*"], exclude: ["/rc/"], semver: ">=1", newest: 3 },
      {
        kind: "listed",
        include: [{ kind: "glob", pattern: "1.*" }],
        exclude: [{ kind: "regex", pattern: "rc" }],
        semver: ">=1",
        newest: 3,
      },
    ],
  ])("reads tags given as %s", (_title, tags, select) => {
    expect(policyFromFields({ ...fields, tags }, {}).select).toEqual(select);
  });

  it("reads a single image with the names it gets", () => {
    const source = `alpine:3.20@${DIGEST}`;
    const target = ["d.io/m/a", "d.io/m/a:x", `d.io/m/a@${DIGEST}`];
    expect(policyFromFields({ name: "p", source, target }, {})).toMatchObject({
      source: { registry: "docker.io", repository: "library/alpine" },
      select: { references: [{ reference: { digest: DIGEST }, tag: "3.20" }] },
      targets: [{}, { references: [{ tag: "x" }] }, { references: [{ digest: DIGEST }] }],
    });
  });

  it("lets a policy's options go before the defaults", () => {
    const defaults = { platforms: ["linux/amd64"], referrers: true, force: true } as const;
    const own = { ...fields, force: false, platformMode: "sparse", foreignLayers: "copy" } as const;
    expect(policyFromFields(own, { ...defaults, platforms: ["linux/amd64"] }).options).toEqual({
      platforms: { os: [], architecture: [], platforms: ["linux/amd64"] },
      platformMode: "sparse",
      referrers: true,
      force: false,
      foreignLayers: "copy",
    });
  });

  it.each<[string, Partial<PolicyFields>]>([
    ["RULE_COUNT_MISMATCH", { tags: ["a", "b"], target: ["d.io/m/app:x"] }],
    [
      "RULE_DIGEST_MISMATCH",
      { source: `q.io/n/app@${DIGEST}`, target: [`d.io/m/app@sha256:${"b".repeat(64)}`] },
    ],
    ["RULE_BAD_REFERENCE", { target: [`d.io/m/app:x@${DIGEST}`] }],
    ["RULE_BAD_REFERENCE", { source: "q.io/n/app:x", tags: { newest: 1 } }],
    ["RULE_HAS_SCHEME", { target: ["http://d.io/m/app"] }],
  ])("refuses with %s: %j", (code, wrong) => {
    expect(() => policyFromFields({ ...fields, ...wrong }, {})).toThrow(
      expect.objectContaining({ code, remedy: "fixInput" }),
    );
  });
});
