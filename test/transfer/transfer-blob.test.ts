import { describe, expect, it } from "vitest";
import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { type Deadline, noDeadline } from "../../lib/base/deadline.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { type BlobOutcome, transferBlob } from "../../lib/transfer/transfer-blob.ts";
import { TransferRates } from "../../lib/transfer/transfer-rates.ts";
import type { ProgressKeeper } from "../../lib/transfer/upload-progress.ts";
import { seededBytes } from "../support/blob-source.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { createFakeRegistry, type FakeRegistry, transportOf } from "../support/fake-registry.ts";
import { blobOf } from "../support/image-content.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const MIB = 1024 ** 2;
const ROUTE = { source: "source.test", target: "target.test" };

interface Given {
  readonly bytes: number;
  readonly deadline: Deadline;
  readonly begunBefore?: boolean;
  /** No other process could go on with it. */
  readonly alone?: boolean;
  /** What is known of the line, bytes per second. */
  readonly bytesPerSecond?: number;
  /** What the source really sends. */
  readonly sourceBytesPerSecond?: number;
  readonly killLossMsMax?: number;
  readonly quirks?: Quirks;
  readonly rows?: readonly string[];
}

async function transfer(given: Given): Promise<{ outcome?: BlobOutcome; target: FakeRegistry }> {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const { descriptor, source: content } = blobOf("any/type", seededBytes("blob", given.bytes));
  const { sourceBytesPerSecond: bandwidthBytesPerSecond, killLossMsMax } = given;
  const source = createFakeRegistry({
    clock,
    ...(bandwidthBytesPerSecond !== undefined && { bandwidthBytesPerSecond }),
  });
  const target = createFakeRegistry({ clock, ...(given.quirks && { quirks: given.quirks }) });
  const blobs = new Map([[descriptor.digest, content]]);
  source.seed("app", { root: descriptor, manifests: new Map(), blobs });
  const fleet = createRegistryFleet({
    settings: [ROUTE.source, ROUTE.target].map((registry) => ({
      registry,
      plainHttp: true,
      ...(given.rows && { quirks: given.rows }),
    })),
    env: {},
    keychain: anonymousKeychain,
    clock,
    random,
    userAgent: "imageferry/test",
    emit: () => undefined,
    transport: () => transportOf({ "http://source.test": source, "http://target.test": target }),
  });
  const rates = new TransferRates();
  if (given.bytesPerSecond) rates.observe(ROUTE, given.bytesPerSecond * 100, 100_000);
  const keeper: ProgressKeeper = {
    progress: undefined,
    begunBefore: given.begunBefore ?? false,
    save: async () => true,
  };
  const blobTarget = {
    repository: fleet.target({ registry: ROUTE.target, repository: "app" }),
    probe: false,
    mountFrom: [],
    ...(!given.alone && { keeper }),
  };
  const [outcome] = await clock.run(
    transferBlob(
      {
        blob: descriptor,
        source: fleet.source({ registry: ROUTE.source, repository: "app" }),
        targets: [blobTarget],
      },
      {
        clock,
        random,
        rates,
        killLossMsMax,
        deadline: given.deadline,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
    ),
  );
  return { target, ...(outcome && { outcome }) };
}

const MINUTES: Deadline = { remainingMs: () => 600_000 };
const SECONDS: Deadline = { remainingMs: () => 6000 };
const OVER: Deadline = { remainingMs: () => 0 };

describe("transferBlob", () => {
  it.each<[string, Given]>([
    ["that surely arrives in time", { bytes: 8 * MIB, deadline: MINUTES }],
    ["on a line known to be fast", { bytes: 8 * MIB, deadline: SECONDS, bytesPerSecond: 50 * MIB }],
    ["too small to be worth it", { bytes: MIB, deadline: SECONDS, begunBefore: true }],
    ["that this process ends itself", { bytes: 8 * MIB, deadline: noDeadline, alone: true }],
    ["nobody could go on with", { bytes: 8 * MIB, deadline: SECONDS, alone: true }],
    [
      "for a registry that takes no chunks",
      { bytes: 8 * MIB, deadline: SECONDS, quirks: { chunks: "refuse" }, rows: ["google"] },
    ],
    [
      "for a registry that turns out to take none",
      { bytes: 8 * MIB, deadline: SECONDS, quirks: { chunks: "refuse" } },
    ],
  ])("sends a blob %s whole", async (_, given) => {
    const { outcome, target } = await transfer(given);
    expect(outcome).toEqual({ kind: "copied" });
    const sent = target.log.filter(({ bytesIn }) => bytesIn === given.bytes);
    expect(sent.map(({ method }) => method)).toEqual(["PUT"]);
  });

  it.each<[string, Given]>([
    ["that may not arrive in time", { bytes: 8 * MIB, deadline: SECONDS }],
    ["on a line known to be slow", { bytes: 8 * MIB, deadline: MINUTES, bytesPerSecond: 9000 }],
    ["that others did not bring over", { bytes: 8 * MIB, deadline: MINUTES, begunBefore: true }],
    [
      "that takes long where a kill may strike",
      { bytes: 8 * MIB, deadline: noDeadline, killLossMsMax: 5000, sourceBytesPerSecond: MIB },
    ],
  ])("sends a blob %s in chunks", async (_, given) => {
    const { outcome, target } = await transfer(given);
    expect(outcome).toEqual({ kind: "copied" });
    expect(target.count({ method: "PATCH" })).toBeGreaterThan(0);
    const sent = target.log.reduce((sum, { bytesIn }) => sum + bytesIn, 0);
    expect(sent).toBe(given.bytes);
  });

  it("sends the rest at once when the first chunk shows that the line is fast", async () => {
    const given = { bytes: 8 * MIB, deadline: noDeadline, killLossMsMax: 5000 };
    const { outcome, target } = await transfer(given);
    expect(outcome).toEqual({ kind: "copied" });
    expect(target.log.map(({ method, bytesIn }) => [method, bytesIn])).toEqual([
      ["POST", 0],
      ["PATCH", MIB],
      ["PUT", 7 * MIB],
    ]);
  });

  it.each<[string, string, Partial<Given>]>([
    ["PUT", "PUT", {}],
    ["first chunk", "PATCH", { killLossMsMax: 5000 }],
    ["PUT of what follows a first chunk", "PUT", { killLossMsMax: 5000 }],
  ])("ends the session of a %s that was refused", async (_, method, more) => {
    const { outcome, target } = await transfer({
      ...{ bytes: 8 * MIB, deadline: noDeadline, ...more },
      quirks: { fail: { method, kind: "upload", status: 503, times: 2 } },
    });
    expect(outcome).toEqual({ kind: "copied" });
    expect(target.count({ method: "POST" })).toBe(3);
    expect(target.count({ method: "DELETE", status: 204 })).toBe(2);
  });

  it("begins nothing when time is over", async () => {
    const { outcome, target } = await transfer({ bytes: 1000, deadline: OVER });
    expect(outcome).toEqual({ kind: "suspended" });
    expect(target.count()).toBe(0);
  });
});
