import { describe, expect, it } from "vitest";
import type { Digest } from "../../lib/oci/digest.ts";
import type { TaskEnd } from "../../lib/sync/run-task.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { createFakeRegistry, type FakeRegistry, transportOf } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { createWorkerWorld, type Invocation, type WorkerWorld } from "../support/worker-world.ts";

const MIB = 1024 ** 2;
const LAYER_BYTES = 12 * MIB;
const IMAGE = randomImage({ seed: "big", layers: [1000, { bytes: LAYER_BYTES, seed: "layer" }] });
const LAYER = digestOfSize(LAYER_BYTES);
/** The layer takes six seconds. */
const BYTES_PER_SECOND = 2 * MIB;

function digestOfSize(bytes: number): Digest {
  const found = [...IMAGE.blobs].find(([, source]) => source.bytes === bytes);
  if (found === undefined) throw new Error("there is no such layer");
  return found[0];
}

interface World extends WorkerWorld {
  readonly clock: VirtualClock;
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  /** Lets invocation follow invocation until the task is over. */
  finish(id: string, invocation: Invocation): Promise<readonly TaskEnd[]>;
}

function world(quirks: Quirks = {}, rows: readonly string[] = []): World {
  const clock = new VirtualClock();
  const source = createFakeRegistry({ clock, bandwidthBytesPerSecond: BYTES_PER_SECOND });
  const target = createFakeRegistry({ clock, quirks });
  source.seed("app", IMAGE, "v1");
  const made = createWorkerWorld({
    clock,
    transport: transportOf({ "http://source.test": source, "http://target.test": target }),
    registries: ["source.test", "target.test"],
    quirks: rows,
  });
  const finish = async (id: string, invocation: Invocation): Promise<readonly TaskEnd[]> => {
    const ends: TaskEnd[] = [];
    for (let hops = 0; hops < 100; hops++) {
      const end = await clock.run(made.work(id, invocation));
      ends.push(end);
      if (end.kind !== "handOn") return ends;
      await clock.advance(end.delayMs);
    }
    throw new Error("the task does not come to its end");
  };
  return { ...made, clock, source, target, finish };
}

function bytesIn(registry: FakeRegistry): number {
  return registry.log.reduce((sum, { bytesIn }) => sum + bytesIn, 0);
}

const TASK = { source: "source.test/app:v1", targets: ["target.test/mirror/app:v1"] };
const TOTAL_BYTES = [...IMAGE.blobs.values()].reduce((sum, { bytes }) => sum + bytes, 0);

describe("a layer that no invocation can bring alone", () => {
  it.each<[string, Quirks, readonly string[]]>([
    ["a registry of version 3", {}, []],
    ["one whose sessions die with a connection", { dieOnCut: true }, []],
    ["one that wants large parts", { ecr: true }, ["ecr"]],
    ["one that wants equal parts", { equalParts: true }, ["equal-chunks"]],
    ["one that wants small chunks", { maxRangedPatch: 4 * MIB }, ["ghcr"]],
    ["one that tells its least chunk", { chunkMinLength: 2 * MIB }, []],
    ["one that tells its greatest chunk", { chunkMaxLength: 300_000 }, []],
    ["one that counts one byte too many", { uploadRange: "off-by-one" }, []],
    ["one behind a proxy that limits bodies", { maxBody: 1_500_000 }, []],
  ])("arrives at %s", async (_, quirks, rows) => {
    const { plan, finish, target, row } = world(quirks, rows);
    const id = await plan(TASK);

    const ends = await finish(id, { lifeMs: 4500 });

    expect(ends.at(-1)).toMatchObject({
      kind: "settled",
      results: [{ outcome: { kind: "copied" } }],
    });
    expect(ends.length).toBeGreaterThan(1);
    const held = target.snapshot().get("mirror/app");
    expect(held?.tags.get("v1")).toBe(IMAGE.root.digest);
    expect(held?.blobs.has(LAYER)).toBe(true);
    const over = bytesIn(target) - TOTAL_BYTES - IMAGE.root.size;
    const refused = quirks.maxBody === undefined ? 0 : 2 * MIB;
    expect(over).toBeLessThanOrEqual(0.02 * TOTAL_BYTES + refused);
    expect(await row(id)).toMatchObject({ state: "copied", claims: expect.any(Number) });
  });

  it("leaves nothing half done in the row of a worker that is cut off", async () => {
    const { plan, work, clock, row, table } = world();
    const id = await plan(TASK);

    const end = await clock.run(work(id, { lifeMs: 4000 }));

    expect(end).toMatchObject({ kind: "handOn", delayMs: 0, epoch: 1 });
    expect(await row(id)).toMatchObject({ state: "suspended", claims: 0, epoch: 1 });
    const upload = await table.get({
      partition: `upload#target.test/mirror/app#${LAYER}`,
      sort: "-",
    });
    expect(upload?.value).toMatchObject({ leaseUntil: 0, progress: { hashState: /.+/ } });
  });

  it("begins anew, and alone, when its session is gone", async () => {
    const { plan, work, finish, clock, target } = world();
    const id = await plan(TASK);
    await clock.run(work(id, { lifeMs: 4000 }));
    const before = target.count({ method: "PUT", kind: "upload" });
    expect(before).toBe(2);
    const handle = target.handle;
    target.handle = async (request) => {
      const isStatus = request.method === "GET" && request.url.pathname.includes("/uploads/");
      return isStatus ? { status: 404, headers: {}, body: new Uint8Array() } : handle(request);
    };
    await clock.run(work(id, { lifeMs: 60_000 }));
    target.handle = handle;
    await finish(id, { lifeMs: 60_000 });

    expect(target.snapshot().get("mirror/app")?.tags.get("v1")).toBe(IMAGE.root.digest);
    // One config and one small layer were there; only the large one was sent again.
    expect(target.count({ method: "PUT", kind: "upload" })).toBe(before + 1);
  });

  it("is not begun where so little time is left that nothing can come of it", async () => {
    const { plan, work, clock, target, row } = world();
    const id = await plan(TASK);

    const end = await clock.run(work(id, { lifeMs: 0 }));

    expect(end).toMatchObject({ kind: "handOn", delayMs: 0 });
    expect(target.writes()).toEqual([]);
    expect(await row(id)).toMatchObject({ state: "suspended", claims: 1 });
  });
});
