import { afterAll, beforeAll } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { prepareTablestore } from "../../lib/state/tablestore-setup.ts";
import { openTablestoreTable } from "../../lib/state/tablestore-table.ts";
import { describeStateTable } from "../contract/state-table.ts";
import {
  EMULATOR_ENV,
  startTablestoreEmulator,
  type TablestoreEmulator,
} from "../support/tablestore-emulator/server.ts";
import { ServerClock } from "./server-clock.ts";

let emulator: TablestoreEmulator;
let tables = 0;

beforeAll(async () => {
  emulator = await startTablestoreEmulator();
});
afterAll(() => emulator.stop());

describeStateTable("tablestore-table", async () => {
  const clock = new ServerClock();
  const options = { env: EMULATOR_ENV, random: systemRandom, clock };
  const { instance, endpoint } = emulator;
  const location = { kind: "tablestore", table: `state_${tables++}`, instance, endpoint } as const;
  await prepareTablestore(location, options);
  const table = await openTablestoreTable(location, options);
  return {
    table,
    now: () => clock.now(),
    advance: (milliseconds) => clock.advance(milliseconds),
    dispose: () => table.close(),
  };
});
