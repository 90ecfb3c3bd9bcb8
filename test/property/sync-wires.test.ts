import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Digest } from "../../lib/oci/digest.ts";
import type { ManifestReference } from "../../lib/oci/reference.ts";
import type { JsonValue } from "../../lib/state/state-table.ts";
import { decodeCursor, encodeCursor, type ListingCursor } from "../../lib/sync/listing-wire.ts";
import {
  decodeRecordOutcome,
  encodeRecordOutcome,
  type TaskRecordOutcome,
} from "../../lib/sync/outcome-wire.ts";
import type { SyncPolicy, TagPattern, TagSelection, TargetMapping } from "../../lib/sync/policy.ts";
import { decodePolicy, encodePolicy } from "../../lib/sync/policy-wire.ts";
import type { TargetOutcome } from "../../lib/sync/task.ts";

/** What a table gives back of a value. */
function stored(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value));
}

const text = fc.string({ minLength: 1 });
const count = fc.nat();
const digest = fc.stringMatching(/^[a-f0-9]{64}$/).map((hex): Digest => `sha256:${hex}`);
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
const reference: fc.Arbitrary<ManifestReference> = fc.oneof(
  tag.map((name) => ({ kind: "tag", tag: name }) as const),
  digest.map((name) => ({ kind: "digest", digest: name }) as const),
);
const repository = fc.record({ registry: text, repository: text });
const pattern: fc.Arbitrary<TagPattern> = fc.record({
  kind: fc.constantFrom("glob", "regex"),
  pattern: fc.string(),
});
const named: fc.Arbitrary<TagSelection> = fc.record({
  kind: fc.constant("named"),
  references: fc.array(fc.record({ reference, tag }, { requiredKeys: ["reference"] })),
});
const listed: fc.Arbitrary<TagSelection> = fc.record(
  {
    kind: fc.constant("listed"),
    include: fc.array(pattern),
    exclude: fc.array(pattern),
    semver: fc.string(),
    newest: count,
  },
  { requiredKeys: ["kind", "include", "exclude"] },
);
const target: fc.Arbitrary<TargetMapping> = fc.record(
  { repository, references: fc.array(reference) },
  { requiredKeys: ["repository"] },
);
const policy: fc.Arbitrary<SyncPolicy> = fc.record(
  {
    name: text,
    source: repository,
    select: fc.oneof(named, listed),
    targets: fc.array(target),
    options: fc.record({
      platforms: fc.record({
        os: fc.array(text),
        architecture: fc.array(text),
        platforms: fc.array(text),
      }),
      platformMode: fc.constantFrom("rewrite", "sparse"),
      referrers: fc.boolean(),
      force: fc.boolean(),
      foreignLayers: fc.constantFrom("skip", "copy"),
    }),
    pushed: fc.array(fc.record({ tag: text, digest })),
  },
  { requiredKeys: ["name", "source", "select", "targets", "options"] },
);

const outcome: fc.Arbitrary<TargetOutcome> = fc.oneof(
  fc.record({
    kind: fc.constant("copied"),
    sourceDigest: digest,
    targetDigest: digest,
    rewritten: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("unchanged"), sourceDigest: digest, targetDigest: digest }),
  fc.record({ kind: fc.constant("skipped"), reason: fc.string() }),
  fc.record({ kind: fc.constant("suspended") }),
  fc.record({
    kind: fc.constant("failed"),
    failure: fc.record(
      { code: text, message: fc.string(), hint: fc.string(), retriable: fc.boolean() },
      { requiredKeys: ["code", "message", "retriable"] },
    ),
  }),
);
const mapOf = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(text, value)).map((entries) => new Map(entries));
const transfer = fc.record({ bytesCopied: count, bytesMounted: count, bytesSkipped: count });
const usage = fc.record({ attempts: count, elapsedMs: count, requests: mapOf(count) });
const record: fc.Arbitrary<TaskRecordOutcome> = fc.record(
  { outcomes: mapOf(outcome), transfers: mapOf(transfer), usage },
  { requiredKeys: ["outcomes", "transfers"] },
);

const cursor: fc.Arbitrary<ListingCursor> = fc.record({
  next: count,
  careful: fc.boolean(),
  claimBatches: count,
  open: fc.array(
    fc.record({
      policy: count,
      from: fc.record({ token: text, after: text, done: count }, { requiredKeys: [] }),
      seen: count,
      unchanged: count,
      tasks: count,
      failed: fc.boolean(),
      restarted: fc.boolean(),
      failures: count,
    }),
  ),
});

describe("what is stored of a run", () => {
  it("gives a policy back as it was", () => {
    fc.assert(
      fc.property(policy, (given) => {
        expect(decodePolicy(stored(encodePolicy(given)))).toEqual(given);
      }),
    );
  });

  it("gives a task's outcome back as it was", () => {
    fc.assert(
      fc.property(record, (given) => {
        expect(decodeRecordOutcome(stored(encodeRecordOutcome(given)))).toEqual(given);
      }),
    );
  });

  it("gives a cursor back as it was", () => {
    fc.assert(
      fc.property(cursor, (given) => {
        expect(decodeCursor(stored(encodeCursor(given)))).toEqual(given);
      }),
    );
  });
});
