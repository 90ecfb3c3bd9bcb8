import { expect, it } from "vitest";
import type { PlannedTask } from "../../lib/sync/plan-report.ts";
import { randomImage } from "../support/random-image.ts";
import { createSyncWorld, policyOf } from "../support/sync-world.ts";

const BASE = { bytes: 4000, seed: "base" };
const PAIR = ["target.test/app", "target.test/copy"];

it("adds up what a plan has to bring, shared blobs once for each target repository", async () => {
  const made = createSyncWorld();
  const images = ["v1", "v2"].map((seed) => randomImage({ seed, layers: [BASE, 900] }));
  for (const [index, image] of images.entries()) made.source.seed("app", image, `v${index}`);
  const policy = policyOf("source.test/app", PAIR);
  const { signal } = new AbortController();

  const plan = await made.ferry.plan([policy], { offline: false, cost: true, signal });
  const report = await made.sync(policy);

  expect(plan.cost?.bytes).toBe(report.bytes.copied + report.bytes.mounted);
  expect(plan.cost).toMatchObject({ invocations: 3, unread: 0 });
  const copies = plan.tasks.filter(({ action }: PlannedTask) => action === "copy");
  expect(copies).toHaveLength(4);
  const again = await made.ferry.plan([policy], { offline: false, cost: true, signal });
  expect(again.cost).toMatchObject({ invocations: 1, bytes: 0 });
});

it("asks for no manifest when nobody wants to know the cost", async () => {
  const made = createSyncWorld();
  made.source.seed("app", randomImage({ seed: "v" }), "v");
  const { signal } = new AbortController();
  const plan = await made.ferry.plan([policyOf("source.test/app", PAIR)], {
    offline: false,
    signal,
  });
  expect(plan.cost).toBeUndefined();
  expect(made.source.count({ method: "GET", kind: "manifest" })).toBe(0);
});

it("says of how many tags it could not read the size", async () => {
  const made = createSyncWorld({ source: { quirks: { fail: BROKEN } } });
  made.source.seed("app", randomImage({ seed: "v" }), "v");
  const { signal } = new AbortController();
  const options = { offline: false, cost: true, signal };
  const plan = await made.ferry.plan([policyOf("source.test/app", PAIR)], options);
  expect(plan.cost).toMatchObject({ unread: 1, bytes: 0 });
});

const BROKEN = { method: "GET", kind: "manifest", status: 403, times: 100 } as const;
