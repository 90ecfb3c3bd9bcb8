import { describe, expect, it } from "vitest";
import { parseReference } from "../../lib/oci/reference.ts";
import { decodeClaims, encodeClaims } from "../../lib/sync/claims-wire.ts";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import { createTargetClaims } from "../../lib/sync/target-claims.ts";
import type { ImageLocation } from "../../lib/sync/task.ts";
import { policyOf } from "../support/sync-world.ts";

function at(name: string): ImageLocation {
  const { registry, repository, tag = "latest" } = parseReference(name);
  return { repository: { registry, repository }, reference: { kind: "tag", tag } };
}

const LISTS_A = policyOf("s.test/a", "t.test/app");
const LISTS_B = policyOf("s.test/b", "t.test/app");
const NAMES_A = policyOf("s.test/a:v1", "t.test/app");
const NAMES_B = policyOf("s.test/b:v1", "t.test/app");

/** Policy, source and answer, all for one target. */
type Step = readonly [number, string, "taken" | "repeated" | "conflict"];

describe("who gets t.test/app:v1", () => {
  it.each<[string, readonly SyncPolicy[], readonly Step[]]>([
    [
      "the first that lists it",
      [LISTS_A, LISTS_B],
      [
        [0, "a", "taken"],
        [1, "b", "conflict"],
      ],
    ],
    [
      "the first of one source",
      [LISTS_A, LISTS_A],
      [
        [0, "a", "taken"],
        [1, "a", "repeated"],
      ],
    ],
    [
      "who names it, after who lists it",
      [LISTS_A, NAMES_A],
      [
        [0, "a", "repeated"],
        [1, "a", "taken"],
      ],
    ],
    [
      "who names it, before who lists it",
      [NAMES_B, LISTS_A],
      [
        [1, "a", "conflict"],
        [0, "b", "taken"],
      ],
    ],
    [
      "the first who names it",
      [NAMES_A, NAMES_B],
      [
        [1, "b", "conflict"],
        [0, "a", "taken"],
      ],
    ],
    [
      "a policy once",
      [NAMES_A],
      [
        [0, "a", "taken"],
        [0, "a", "repeated"],
      ],
    ],
  ])("%s", (_, policies, steps) => {
    const claims = createTargetClaims(policies);
    for (const [policy, source, answer] of steps) {
      expect(claims.take(policy, at(`s.test/${source}:v1`), at("t.test/app:v1"))).toBe(answer);
    }
  });

  it("is told with both names when two sources want it", () => {
    const claims = createTargetClaims([LISTS_A, LISTS_B]);
    claims.take(0, at("s.test/a:v1"), at("t.test/app:v1"));
    expect(claims.conflict(at("s.test/b:v1"), at("t.test/app:v1"))).toMatchObject({
      code: "RULE_CONFLICT",
      message: "t.test/app:v1 is wanted from s.test/b:v1 and from s.test/a:v1",
    });
  });
});

describe("claims over invocations", () => {
  it("are remembered where several policies list for one target, and only there", () => {
    const claims = createTargetClaims([LISTS_A, LISTS_B, policyOf("s.test/a", "t.test/alone")]);
    claims.take(0, at("s.test/a:v1"), at("t.test/app:v1"));
    claims.take(2, at("s.test/a:v1"), at("t.test/alone:v1"));
    expect(claims.fresh()).toEqual([{ policy: 0, source: "s.test/a:v1", target: "t.test/app:v1" }]);
    expect(claims.fresh()).toEqual([]);
  });

  it("hold in the next one as they did", () => {
    const first = createTargetClaims([LISTS_A, LISTS_B]);
    first.take(0, at("s.test/a:v1"), at("t.test/app:v1"));
    const stored = encodeClaims(first.fresh()).flatMap((batch) =>
      decodeClaims(JSON.parse(JSON.stringify(batch))),
    );

    const second = createTargetClaims([LISTS_A, LISTS_B]);
    second.restore(stored);

    expect(second.take(1, at("s.test/b:v1"), at("t.test/app:v1"))).toBe("conflict");
    const own = [1, 2].map(() => second.take(0, at("s.test/a:v1"), at("t.test/app:v1")));
    expect(own).toEqual(["taken", "repeated"]);
    expect(second.take(1, at("s.test/b:v1"), at("t.test/app:v1"))).toBe("conflict");
    expect(second.fresh()).toEqual([]);
  });

  it("are dropped with the listing that took them", () => {
    const claims = createTargetClaims([LISTS_A, LISTS_B]);
    claims.take(0, at("s.test/a:v1"), at("t.test/app:v1"));
    claims.drop(0);
    expect(claims.fresh()).toEqual([]);
    expect(claims.take(0, at("s.test/a:v1"), at("t.test/app:v1"))).toBe("taken");
  });

  it("come in batches that fit into rows", () => {
    const claim = { policy: 0, source: `s.test/a:${"x".repeat(128)}`, target: "t.test/app:v1" };
    const batches = encodeClaims(Array.from({ length: 601 }, () => claim));
    expect(batches).toHaveLength(3);
    expect(batches.flatMap(decodeClaims)).toHaveLength(601);
  });
});
