import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { openTablestore } from "../../lib/state/tablestore-client.ts";
import { prepareTablestore } from "../../lib/state/tablestore-setup.ts";
import { OtsError } from "../support/tablestore-emulator/ots-error.ts";
import {
  EMULATOR_ENV,
  type Fault,
  startTablestoreEmulator,
  type TablestoreEmulator,
} from "../support/tablestore-emulator/server.ts";
import { ServerClock } from "./server-clock.ts";

const OPTIONS = { env: EMULATOR_ENV, random: systemRandom, clock: new ServerClock() };
let emulator: TablestoreEmulator;
let faultOf: (operation: string) => Fault | undefined;

beforeAll(async () => {
  emulator = await startTablestoreEmulator({ faultOf: (operation) => faultOf(operation) });
});
afterAll(() => emulator.stop());
beforeEach(() => {
  faultOf = () => undefined;
  emulator.requests.length = 0;
});

function locationOf(table: string) {
  const { instance, endpoint } = emulator;
  return { kind: "tablestore", instance, table, endpoint } as const;
}

/** The first `count` requests of a kind are refused. */
function refuse(operation: string, error: OtsError, count = Number.POSITIVE_INFINITY): void {
  let left = count;
  faultOf = (asked) => (asked === operation && left-- > 0 ? { kind: "refuse", error } : undefined);
}

async function makeTable(tableName: string, keys: readonly string[], timeToLive: number) {
  const opened = await openTablestore(locationOf(tableName), EMULATOR_ENV);
  const primaryKey = keys.map((name) => ({ name, type: "STRING" }) as const);
  const input = {
    tableMeta: { tableName, primaryKey },
    reservedThroughput: { capacityUnit: { read: 0, write: 0 } },
    tableOptions: { timeToLive, maxVersions: 1 },
  };
  await opened.ask("createTable", input, new AbortController().signal);
  opened.close();
}

describe("preparing a Tablestore table", { timeout: 60_000 }, () => {
  it("makes it, waits until it takes rows, and leaves it alone from then on", async () => {
    refuse("GetRow", new OtsError(404, "OTSTableNotReady", "The table is not ready."), 3);
    const steps = await prepareTablestore(locationOf("fresh"), OPTIONS);
    expect(steps).toEqual([{ what: "table", outcome: "made" }]);
    expect(emulator.requests.filter((operation) => operation === "GetRow").length).toBe(4);
    emulator.requests.length = 0;
    const again = await prepareTablestore(locationOf("fresh"), OPTIONS);
    expect(again).toEqual([{ what: "table", outcome: "kept" }]);
    expect(emulator.requests).toEqual(["DescribeTable", "GetRow", "DescribeTable"]);
  });

  it("stands a lost answer", async () => {
    let isLost = false;
    faultOf = (operation) => {
      if (operation !== "CreateTable" || isLost) return undefined;
      isLost = true;
      return { kind: "loseAnswer" };
    };
    const [step] = await prepareTablestore(locationOf("lost"), OPTIONS);
    expect(step).toEqual({ what: "table", outcome: "made" });
  });

  it("tells that a table forgets rows", async () => {
    await makeTable("forgetful", ["pk", "sk"], 86_400);
    expect(await prepareTablestore(locationOf("forgetful"), OPTIONS)).toEqual([
      { what: "table", outcome: "kept" },
      {
        what: "rows without an end",
        outcome: "left",
        note: "the table forgets what was not written for 86400 seconds",
      },
    ]);
  });

  it("refuses a table with other keys", async () => {
    await makeTable("other", ["id"], -1);
    await expect(prepareTablestore(locationOf("other"), OPTIONS)).rejects.toMatchObject({
      code: "STATE_TABLE_UNSUITABLE",
      message: expect.stringContaining("its keys are id, not the texts pk, sk"),
    });
  });

  it("names what this user may not do", async () => {
    refuse("CreateTable", new OtsError(403, "OTSNoPermissionAccess", "You have no permission."));
    const made = prepareTablestore(locationOf("denied"), OPTIONS);
    await expect(made).rejects.toMatchObject({
      code: "STATE_DENIED",
      hint: `Allow ots:CreateTable on table denied in ${emulator.endpoint}.`,
    });
  });
});
