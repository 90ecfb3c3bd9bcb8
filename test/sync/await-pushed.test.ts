import { describe, expect, it } from "vitest";
import { systemClock } from "../../lib/base/system-clock.ts";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf, type SyncWorld } from "../support/sync-world.ts";

const [OLD, NEW] = [randomImage({ seed: "old" }), randomImage({ seed: "new" })];
const POLICY = policyOf("source.test/app:v1", "target.test/app");
const PUSHED: SyncPolicy = { ...POLICY, pushed: [{ tag: "v1", digest: NEW.root.digest }] };

/** A world in which no pause takes time; after so many of them the source has the new image. */
function world(pausesUntilSet: number): SyncWorld & { readonly pauses: readonly number[] } {
  const pauses: number[] = [];
  const clock = {
    ...systemClock,
    sleep: async (milliseconds: number) => {
      pauses.push(milliseconds);
      if (pauses.length === pausesUntilSet) made.source.seed("app", NEW, "v1");
    },
  };
  const made = createSyncWorld({ clock });
  return { ...made, pauses };
}

function heldAt({ target }: SyncWorld) {
  return target.snapshot().get("app")?.tags.get("v1");
}

describe("a push that is told before its tag is set", () => {
  it("is waited for where the tag is new", async () => {
    const made = world(2);
    made.source.createRepository("app");

    const report = await made.sync(PUSHED);

    expect(report.totals).toMatchObject({ copied: 1, failed: 0 });
    expect(heldAt(made)).toBe(NEW.root.digest);
    expect(made.pauses).toEqual([25, 50]);
  });

  it("is waited for where the tag was another image", async () => {
    const made = world(3);
    made.source.seed("app", OLD, "v1");
    await made.sync(POLICY);
    expect(heldAt(made)).toBe(OLD.root.digest);

    const report = await made.sync(PUSHED);

    expect(report.totals).toMatchObject({ copied: 1, unchanged: 0 });
    expect(heldAt(made)).toBe(NEW.root.digest);
  });

  it("is waited for before all tags are listed", async () => {
    const made = world(1);
    made.source.seed("app", OLD, "v0");
    const { pushed = [] } = PUSHED;

    const report = await made.sync({ ...policyOf("source.test/app", "target.test/app"), pushed });

    expect(report.totals).toMatchObject({ planned: 2, copied: 2 });
  });

  it("costs one request where it is set already", async () => {
    const made = world(0);
    made.source.seed("app", NEW, "v1");
    await made.sync(POLICY);
    made.source.forgetRequests();
    await made.sync(POLICY);
    const before = made.source.count();
    made.source.forgetRequests();

    const report = await made.sync(PUSHED);

    expect(report.totals).toMatchObject({ unchanged: 1 });
    expect(made.source.count()).toBe(before + 1);
    expect(made.pauses).toEqual([]);
  });

  it("is given up after three seconds: the tag may be another's by then", async () => {
    const made = world(0);
    made.source.seed("app", OLD, "v1");

    const report = await made.sync(PUSHED);

    expect(report.totals).toMatchObject({ copied: 1 });
    expect(heldAt(made)).toBe(OLD.root.digest);
    expect(made.pauses.reduce((sum, ms) => sum + ms, 0)).toBe(3175);
  });

  it("is not waited for at a source that refuses", async () => {
    const made = world(0);
    made.source.setQuirks({ fail: { kind: "manifest", status: 403, times: 100 } });

    const report = await made.sync(PUSHED);

    expect(report.totals).toMatchObject({ failed: 1 });
    expect(made.pauses).toEqual([]);
  });
});
