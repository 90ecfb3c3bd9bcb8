import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { openState } from "../../lib/state/open-state.ts";
import { prepareState } from "../../lib/state/prepare-state.ts";
import { parseStateLocation, type StateLocation } from "../../lib/state/state-location.ts";
import { DYNALITE_ENV, startDynalite } from "../support/dynalite-server.ts";
import { EMULATOR_ENV, startTablestoreEmulator } from "../support/tablestore-emulator/server.ts";
import { ServerClock } from "./server-clock.ts";

const KEY = { partition: "p", sort: "s" };
const OPTIONS = {
  clock: new ServerClock(),
  random: systemRandom,
  env: { ...DYNALITE_ENV, ...EMULATOR_ENV },
};
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imageferry-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Prepares a place twice, writes to it, and reads what was written by another opening. */
async function keepsRows(location: StateLocation): Promise<void> {
  await prepareState(location, OPTIONS);
  const [first] = await prepareState(location, OPTIONS);
  expect(first?.outcome).toBe("kept");
  const table = await openState(location, OPTIONS);
  await table.put(KEY, 1, "absent");
  await table.close();
  const again = await openState(location, OPTIONS);
  expect((await again.get(KEY))?.value).toBe(1);
  await again.close();
}

it("keeps state in a file", async () => {
  await keepsRows({ kind: "file", path: join(folder, "state.db") });
});

it("keeps state in DynamoDB", async () => {
  const { endpoint, stop } = await startDynalite();
  await keepsRows(parseStateLocation(`dynamodb://state?endpoint=${endpoint}`));
  await stop();
});

it("keeps state in Tablestore", async () => {
  const { endpoint, instance, stop } = await startTablestoreEmulator();
  await keepsRows(parseStateLocation(`tablestore://${instance}/state?endpoint=${endpoint}`));
  await stop();
});

it("keeps state in memory, with nothing left behind", async () => {
  expect(await prepareState({ kind: "memory" }, OPTIONS)).toEqual([
    { what: "memory", outcome: "kept" },
  ]);
  const table = await openState({ kind: "memory" }, OPTIONS);
  await table.put(KEY, 1, "absent");
  expect((await table.get(KEY))?.value).toBe(1);
  await table.close();
  expect(readdirSync(folder)).toEqual([]);
  const again = await openState({ kind: "memory" }, OPTIONS);
  expect(await again.get(KEY)).toBeUndefined();
});
