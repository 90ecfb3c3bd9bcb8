import { describe, expect, it } from "vitest";
import { anonymousKeychain } from "../../lib/auth/keychain.ts";
import { deadlineAfter, noDeadline } from "../../lib/base/deadline.ts";
import { createRegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import {
  type CheckpointedEnd,
  uploadByCheckpoints,
} from "../../lib/transfer/checkpointed-upload.ts";
import { TransferRates } from "../../lib/transfer/transfer-rates.ts";
import type { UploadProgress } from "../../lib/transfer/upload-progress.ts";
import { seededBytes } from "../support/blob-source.ts";
import type { FaultQuirks } from "../support/fake-registry/fault-quirks.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { createFakeRegistry, transportOf } from "../support/fake-registry.ts";
import { blobOf } from "../support/image-content.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const MIB = 1024 ** 2;
const BYTES = 6 * MIB;
const BYTES_PER_SECOND = MIB;
const { descriptor: BLOB, source: CONTENT } = blobOf("any/type", seededBytes("blob", BYTES));

interface Sending {
  readonly lifeMs?: number;
  readonly signal?: AbortSignal;
  /** Whether the upload is still ours when progress is saved. */
  readonly save?: () => boolean;
}

/** One blob on its way between two registries; every `send` is another process. */
function bench(quirks: Quirks = {}, served = CONTENT) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const source = createFakeRegistry({ clock, bandwidthBytesPerSecond: BYTES_PER_SECOND });
  const target = createFakeRegistry({ clock, quirks });
  const blobs = new Map([[BLOB.digest, served]]);
  source.seed("app", { root: BLOB, manifests: new Map(), blobs });
  const kept: { progress: UploadProgress | undefined; saves: number } = {
    progress: undefined,
    saves: 0,
  };

  const send = ({ lifeMs, signal, save }: Sending = {}): Promise<CheckpointedEnd> => {
    const fleet = createRegistryFleet({
      settings: ["source.test", "target.test"].map((registry) => ({ registry, plainHttp: true })),
      env: {},
      keychain: anonymousKeychain,
      clock,
      random,
      userAgent: "imageferry/test",
      emit: () => undefined,
      transport: () => transportOf({ "http://source.test": source, "http://target.test": target }),
    });
    const upload = {
      blob: BLOB,
      source: fleet.source({ registry: "source.test", repository: "app" }),
      repository: fleet.target({ registry: "target.test", repository: "app" }),
      keeper: {
        progress: kept.progress,
        begunBefore: kept.progress !== undefined,
        save: async (progress: UploadProgress) => {
          if (save?.() === false) return false;
          kept.progress = progress;
          kept.saves++;
          return true;
        },
      },
      session: undefined,
    };
    return uploadByCheckpoints(upload, {
      clock,
      random,
      signal: signal ?? new AbortController().signal,
      deadline: lifeMs === undefined ? noDeadline : deadlineAfter(clock, lifeMs),
      rates: new TransferRates(),
      onProgress: () => undefined,
    });
  };
  return {
    clock,
    source,
    target,
    kept,
    send: (options?: Sending) => clock.run(send(options)),
    start: send,
    sent: () => target.log.reduce((sum, { bytesIn }) => sum + bytesIn, 0),
    sessions: () => target.count({ method: "POST", kind: "uploads" }),
    isThere: () => target.store.get("app")?.blobs.has(BLOB.digest) === true,
  };
}

describe("an upload in checkpoints", () => {
  it("arrives in one go where there is time, with a checkpoint every two seconds", async () => {
    const { send, isThere, sent, sessions, kept } = bench();
    expect(await send()).toEqual({ kind: "copied" });
    expect(isThere()).toBe(true);
    expect(sent()).toBe(BYTES);
    expect(sessions()).toBe(1);
    expect(kept.saves).toBeGreaterThan(0);
    expect(kept.saves).toBeLessThanOrEqual(3);
  });

  it("reads hardly more than it sends, however often it is handed on", async () => {
    const { send, source, isThere } = bench();
    let hops = 1;
    while ((await send({ lifeMs: 2500 })).kind === "suspended") hops++;
    expect(hops).toBeGreaterThan(2);
    expect(isThere()).toBe(true);
    const read = source.log.reduce((sum, { bytesOut }) => sum + bytesOut, 0);
    expect(read).toBeLessThanOrEqual(BYTES * 1.02);
  });

  it("stops at a boundary in time, saves it, and goes on from there", async () => {
    const { send, isThere, sent, sessions, kept, clock } = bench();
    expect(await send({ lifeMs: 2500 })).toEqual({ kind: "suspended" });
    expect(clock.monotonicMs()).toBeLessThanOrEqual(2500);
    expect(kept.progress).toMatchObject({ offset: sent(), startedAt: expect.any(Number) });
    expect(await send()).toEqual({ kind: "copied" });
    expect(isThere()).toBe(true);
    expect(sent()).toBe(BYTES);
    expect(sessions()).toBe(1);
  });

  it.each<[string, Quirks, number]>([
    ["of version 3, which keeps what came", {}, 1],
    ["of version 2, whose session dies", { dieOnCut: true }, 2],
  ])("is cut off in a chunk and goes on at a registry %s", async (_, quirks, sessions) => {
    const made = bench(quirks);
    const stop = new AbortController();
    made.clock.schedule(3500, () => stop.abort(new Error("killed")));
    await expect(made.send({ signal: stop.signal })).rejects.toThrow("killed");
    const boundary = made.kept.progress?.offset ?? 0;
    expect(boundary).toBeGreaterThan(2 * MIB);
    const before = made.sent();
    expect(before).toBeGreaterThan(boundary);

    expect(await made.send()).toEqual({ kind: "copied" });

    expect(made.isThere()).toBe(true);
    expect(made.sessions()).toBe(sessions);
    if (sessions === 1) expect(made.sent()).toBe(BYTES);
    else expect(made.sent()).toBe(before + BYTES);
  });

  it.each<[string, FaultQuirks["fail"]]>([
    ["a chunk", { method: "PATCH", kind: "upload", status: "reset", times: 2, after: 1 }],
    [
      "a chunk's answer",
      { method: "PATCH", kind: "upload", status: "reset", times: 1, after: 1, phase: "after-work" },
    ],
    [
      "the last answer",
      { method: "PUT", kind: "upload", status: "reset", times: 1, phase: "after-work" },
    ],
    [
      "some answers to a busy registry",
      { method: "PATCH", kind: "upload", status: 503, times: 3, after: 1 },
    ],
  ])("survives the loss of %s", async (_, fail) => {
    const { send, isThere, sent, sessions } = bench({ fail });
    expect(await send()).toEqual({ kind: "copied" });
    expect(isThere()).toBe(true);
    expect(sessions()).toBe(1);
    expect(sent()).toBeLessThanOrEqual(BYTES * 1.02);
  });

  it("resumes the source within a chunk", async () => {
    const { send, isThere, source, sent } = bench();
    source.setQuirks({ cutEvery: 500_000 });
    expect(await send()).toEqual({ kind: "copied" });
    expect(isThere()).toBe(true);
    expect(sent()).toBe(BYTES);
  });

  it("never completes what the source serves damaged, and says so after a second look", async () => {
    const damaged = CONTENT.whole();
    damaged[BYTES - 1] = (damaged[BYTES - 1] ?? 0) ^ 1;
    const { send, isThere, target } = bench({}, blobOf("any/type", damaged).source);
    expect(await send()).toMatchObject({
      kind: "failed",
      error: { code: "SOURCE_DIGEST_MISMATCH", remedy: "giveUp", side: "source" },
    });
    expect(isThere()).toBe(false);
    expect(target.log.filter(({ method, status }) => method === "PUT" && status === 201)).toEqual(
      [],
    );
  });

  it("stops when the upload is somebody else's", async () => {
    const { send, isThere } = bench();
    expect(await send({ save: () => false })).toEqual({ kind: "lost" });
    expect(isThere()).toBe(false);
  });

  it.each<[string, Quirks]>([
    ["refuses chunks", { chunks: "refuse" }],
    ["wants none at all", { chunkMaxLength: 0 }],
    ["knows no PATCH", { fail: { method: "PATCH", kind: "upload", status: 405, times: 9 } }],
  ])("leaves a registry that %s to a whole body", async (_, quirks) => {
    const { send } = bench(quirks);
    expect(await send()).toMatchObject({ kind: "unsuited" });
  });

  it("begins anew when what was kept is of no use", async () => {
    const { send, isThere, kept, sessions } = bench();
    await send({ lifeMs: 2500 });
    if (kept.progress) kept.progress = { ...kept.progress, hashState: "bm9uZQ==" };
    expect(await send()).toEqual({ kind: "copied" });
    expect(isThere()).toBe(true);
    expect(sessions()).toBe(2);
  });

  it("fails when the registry refuses for good, and keeps what arrived", async () => {
    const fail = { method: "PATCH", kind: "upload", status: 403, times: 99, after: 2 };
    const { send, kept } = bench({ fail });
    expect(await send()).toMatchObject({ kind: "failed", error: { code: "DENIED" } });
    expect(kept.progress?.offset).toBeGreaterThan(0);
  });
});
