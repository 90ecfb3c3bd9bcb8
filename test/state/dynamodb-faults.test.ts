import { expect, it } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { prepareDynamodb } from "../../lib/state/dynamodb-setup.ts";
import { openDynamodbTable } from "../../lib/state/dynamodb-table.ts";
import { describeCloudFaults, type TableFault } from "../contract/cloud-faults.ts";
import { DYNALITE_ENV, startDynalite } from "../support/dynalite-server.ts";
import { type DynamodbFault, startFaultyDynamodb } from "../support/faulty-dynamodb.ts";
import { ServerClock } from "./server-clock.ts";

const OPTIONS = { env: DYNALITE_ENV, random: systemRandom, clock: new ServerClock() };
const LOCATION = { kind: "dynamodb", table: "faults" } as const;
const THROTTLED = { kind: "refuse", name: "ProvisionedThroughputExceededException" } as const;

function asDynamodb(fault: TableFault): DynamodbFault {
  if (fault.kind === "leaveOut") return fault;
  return fault.kind === "busy" ? THROTTLED : { kind: fault.kind };
}

describeCloudFaults("a DynamoDB table", { put: "PutItem", get: "GetItem" }, async () => {
  const server = await startDynalite();
  const { endpoint, requests, breakDown, stop } = await startFaultyDynamodb(server.endpoint);
  await prepareDynamodb({ ...LOCATION, endpoint: server.endpoint }, OPTIONS);
  return {
    requests,
    breakDown: (faultOf) =>
      breakDown((operation) => {
        const fault = faultOf(operation);
        return fault && asDynamodb(fault);
      }),
    open: (waits) => openDynamodbTable({ ...LOCATION, endpoint }, { ...OPTIONS, ...waits }),
    stop: async () => {
      await stop();
      await server.stop();
    },
  };
});

it("tells a DynamoDB table that cannot be reached", async () => {
  const endpoint = "http://127.0.0.1:9";
  const nowhere = await openDynamodbTable(
    { ...LOCATION, endpoint },
    { ...OPTIONS, patienceMs: 100 },
  );
  await expect(nowhere.get({ partition: "p", sort: "s" })).rejects.toMatchObject({
    code: "STATE_UNREACHABLE",
    remedy: "retry",
    message: expect.stringContaining('DynamoDB table "faults" in eu-test-1: dynamodb:GetItem'),
  });
  await nowhere.close();
});
