import { expect, it } from "vitest";
import { registryFailures } from "../../../lib/web/dashboard/registry-failures.ts";
import { emptyWorld, runOf, serviceOf, taskOf } from "../../support/dashboard-world.ts";

it("tells what failed in the newest runs by the hosts of source and target", async () => {
  const world = emptyWorld();
  world.runs = ["new", "fine", "old"].map((id) =>
    runOf(id, { totals: id === "fine" ? { copied: 1 } : { failed: 2 } }),
  );
  const denied = { code: "TARGET_DENIED", message: "denied" };
  world.tasks.set("new", [
    taskOf("1", "failed", denied),
    taskOf("2", "failed", { ...denied, message: "denied again" }),
    taskOf("3", "copied"),
    taskOf("4", "poisoned", { source: "other.test/a:4" }),
  ]);
  world.tasks.set("old", [taskOf("5", "failed", { code: "BLOB_LOST", message: "lost" })]);
  const failures = await registryFailures(serviceOf(world));
  expect([...failures.keys()].toSorted()).toEqual([
    "docker.io",
    "other.test",
    "registry.example.com",
  ]);
  expect(failures.get("docker.io")).toEqual({
    codes: new Map([
      ["TARGET_DENIED", 2],
      ["BLOB_LOST", 1],
    ]),
    latest: { runId: "new", message: "denied" },
  });
  expect(failures.get("other.test")?.codes).toEqual(new Map([["UNKNOWN", 1]]));
});

it("reads few runs, and no more of each than a page", async () => {
  const world = emptyWorld();
  world.runs = Array.from({ length: 30 }, (_, index) =>
    runOf(`r${index}`, { totals: { failed: 1 } }),
  );
  for (const { runId } of world.runs) world.tasks.set(runId, [taskOf(runId, "failed")]);
  const failures = await registryFailures(serviceOf(world));
  expect(failures.get("docker.io")?.codes).toEqual(new Map([["UNKNOWN", 4]]));
  expect(world.largestPage).toBeLessThanOrEqual(200);
});
