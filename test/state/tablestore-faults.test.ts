import { expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { prepareTablestore } from "../../lib/state/tablestore-setup.ts";
import { openTablestoreTable } from "../../lib/state/tablestore-table.ts";
import { describeCloudFaults, type TableFault } from "../contract/cloud-faults.ts";
import { OtsError } from "../support/tablestore-emulator/ots-error.ts";
import {
  EMULATOR_ENV,
  type Fault,
  startTablestoreEmulator,
} from "../support/tablestore-emulator/server.ts";
import { ServerClock } from "./server-clock.ts";

const OPTIONS = { env: EMULATOR_ENV, random: systemRandom, clock: new ServerClock() };
const BUSY = new OtsError(503, "OTSServerBusy", "Server is busy.");
const CONFLICT = new OtsError(409, "OTSRowOperationConflict", "Data is being modified.");

function asTablestore(fault: TableFault): Fault {
  if (fault.kind === "busy") return { kind: "refuse", error: BUSY };
  if (fault.kind !== "leaveOut") return { kind: fault.kind };
  return { kind: "failRows", failRow: () => (fault.isLeft() ? CONFLICT : undefined) };
}

describeCloudFaults("a Tablestore table", { put: "PutRow", get: "GetRow" }, async () => {
  let faultOf: (operation: string) => TableFault | undefined = () => undefined;
  const { instance, endpoint, requests, stop } = await startTablestoreEmulator({
    faultOf: (operation) => {
      const fault = faultOf(operation);
      return fault && asTablestore(fault);
    },
  });
  const location = { kind: "tablestore", instance, table: "faults", endpoint } as const;
  await prepareTablestore(location, OPTIONS);
  return {
    requests,
    breakDown: (decide) => {
      faultOf = decide;
      requests.length = 0;
    },
    open: (waits) => openTablestoreTable(location, { ...OPTIONS, ...waits }),
    stop,
  };
});

it("tells a Tablestore table that cannot be reached", async () => {
  const endpoint = "http://127.0.0.1:9";
  const nowhere = await openTablestoreTable(
    { kind: "tablestore", instance: "ferry", table: "faults", endpoint },
    { ...OPTIONS, patienceMs: 100 },
  );
  await expect(nowhere.get({ partition: "p", sort: "s" })).rejects.toMatchObject({
    code: "STATE_UNREACHABLE",
    remedy: "retry",
    message: expect.stringContaining('Tablestore table "faults" in http://127.0.0.1:9: ots:GetRow'),
  });
  await nowhere.close();
});
