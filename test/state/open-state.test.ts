import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openState } from "../../lib/state/open-state.ts";
import { ManualClock } from "./manual-clock.ts";

const KEY = { partition: "p", sort: "s" };
const clock = new ManualClock();
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("keeps state in a file", async () => {
  const path = join(folder, "state.db");
  const table = await openState({ kind: "file", path }, { clock });
  await table.put(KEY, 1, "absent");
  await table.close();
  const again = await openState({ kind: "file", path }, { clock });
  expect((await again.get(KEY))?.value).toBe(1);
  await again.close();
});

it("keeps state in memory, with nothing left behind", async () => {
  const table = await openState({ kind: "memory" }, { clock });
  await table.put(KEY, 1, "absent");
  expect((await table.get(KEY))?.value).toBe(1);
  await table.close();
  expect(readdirSync(folder)).toEqual([]);
  const again = await openState({ kind: "memory" }, { clock });
  expect(await again.get(KEY)).toBeUndefined();
});
