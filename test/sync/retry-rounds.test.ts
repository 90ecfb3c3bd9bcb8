import { describe, expect, it } from "vitest";
import type { SyncEvent } from "../../lib/sync/events.ts";
import type { Fault } from "../support/fake-registry/fault-quirks.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { createFakeRegistry } from "../support/fake-registry.ts";
import type { ImageContent } from "../support/image-content.ts";
import { schema1Image } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { platformIndex } from "../support/random-index.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** What one request is tried before its task fails. */
const TRIES = 6;

const IMAGE = randomImage({ seed: "retried" });
const [BLOB = IMAGE.root.digest] = IMAGE.blobs.keys();

function failing(path: string, times: number): Fault {
  return { method: "GET", kind: "manifest", path, status: 503, times };
}

function retriesOf(events: readonly SyncEvent[]): number {
  return events.filter(({ type }) => type === "task.retried").length;
}

describe("retry rounds", () => {
  it("try failed tags again after all others", async () => {
    const clock = new VirtualClock();
    const quirks = { fail: failing("/v1", TRIES) };
    const world = createSyncWorld({ clock, jobs: 1, retries: 2, source: { clock, quirks } });
    world.source.seed("app", IMAGE, "v1", "v2", "v3");

    const report = await clock.run(world.sync(policyOf("source.test/app", "target.test/app")));

    expect(report.totals).toMatchObject({ planned: 3, copied: 3, failed: 0 });
    const started = world.events.flatMap((event) =>
      event.type === "task.started" ? [event.source.slice(-2)] : [],
    );
    expect(started).toEqual(["v1", "v2", "v3", "v1"]);
    expect(retriesOf(world.events)).toBe(1);
  });

  it.each([0, 1, 3])("end after %i", async (retries) => {
    const clock = new VirtualClock();
    const quirks = { fail: failing("/v1", 1000) };
    const world = createSyncWorld({ clock, retries, source: { clock, quirks } });
    world.source.seed("app", IMAGE, "v1", "v2");

    const report = await clock.run(world.sync(policyOf("source.test/app", "target.test/app")));

    expect(report.totals).toMatchObject({ planned: 2, copied: 1, failed: 1 });
    expect(report.failed).toMatchObject([{ source: "source.test/app:v1", code: "SERVER_ERROR" }]);
    expect(retriesOf(world.events)).toBe(retries);
    expect(world.source.count({ status: 503 })).toBe(TRIES * (1 + retries));
  });

  it("leave out the targets that are done", async () => {
    const clock = new VirtualClock();
    const fail: Fault = { method: "PUT", kind: "manifest", status: 503, times: TRIES };
    const weak = createFakeRegistry({ clock, quirks: { fail } });
    const world = createSyncWorld({ clock, retries: 1, others: { "weak.test": weak } });
    world.source.seed("app", IMAGE, "v1");

    const policy = policyOf("source.test/app:v1", ["target.test/app", "weak.test/app"]);
    const report = await clock.run(world.sync(policy));

    expect(report.totals).toMatchObject({ planned: 2, copied: 2, failed: 0 });
    expect(weak.snapshot().get("app")?.tags.get("v1")).toBe(IMAGE.root.digest);
    expect(weak.count({ method: "PUT", kind: "manifest" })).toBe(TRIES + 1);
    expect(world.target.count({ method: "PUT", kind: "manifest" })).toBe(1);
    expect(world.source.count({ kind: "blob" })).toBe(IMAGE.blobs.size);
  });
});

interface Deterministic {
  readonly name: string;
  readonly code: string;
  readonly image?: ImageContent;
  readonly tag?: string;
  readonly source?: Quirks;
  readonly target?: Quirks;
}

const index = platformIndex("holes", ["linux/amd64", "linux/arm64"]);
const [hole = index.root.digest] = [...index.manifests.keys()];

const DETERMINISTIC: readonly Deterministic[] = [
  { name: "schema 1", code: "MANIFEST_SCHEMA1", image: schema1Image("old") },
  { name: "a tag that is not there", code: "SOURCE_MANIFEST_UNKNOWN", tag: "v9" },
  {
    name: "an index with a hole",
    code: "SOURCE_MANIFEST_UNKNOWN",
    image: {
      ...index,
      manifests: new Map([...index.manifests].filter(([key]) => key !== hole)),
    },
  },
  { name: "a blob the source has lost", code: "BLOB_UNKNOWN", source: { dropBlob: BLOB } },
  { name: "damaged content", code: "SOURCE_DIGEST_MISMATCH", source: { flipByte: 10 } },
  { name: "a full target", code: "QUOTA_EXCEEDED", target: { quota: 100 } },
  { name: "a target without the project", code: "NAME_UNKNOWN", target: { requireProject: true } },
];

describe("what another attempt cannot mend", () => {
  it.each(DETERMINISTIC)("$name is not tried again", async (given) => {
    const { code, image = IMAGE, tag = "v1", source = {}, target = {} } = given;
    const world = createSyncWorld({
      retries: 3,
      source: { quirks: source },
      target: { quirks: target },
    });
    world.source.seed("app", image, "v1");

    const report = await world.sync(policyOf(`source.test/app:${tag}`, "target.test/app"));

    expect(report.failed).toMatchObject([{ code, target: `target.test/app:${tag}` }]);
    expect(retriesOf(world.events)).toBe(0);
    expect(world.events.filter(({ type }) => type === "request.retried")).toEqual([]);
    expect(world.target.snapshot().get("app")?.tags.size ?? 0).toBe(0);
  });
});
