import { afterAll, beforeAll } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { prepareDynamodb } from "../../lib/state/dynamodb-setup.ts";
import { openDynamodbTable } from "../../lib/state/dynamodb-table.ts";
import { describeStateTable } from "../contract/state-table.ts";
import { DYNALITE_ENV, type DynaliteServer, startDynalite } from "../support/dynalite-server.ts";
import { ServerClock } from "./server-clock.ts";

const OPTIONS = { env: DYNALITE_ENV, random: systemRandom };
let server: DynaliteServer;
let tables = 0;

beforeAll(async () => {
  server = await startDynalite();
});
afterAll(() => server.stop());

async function freshLocation() {
  const location = {
    kind: "dynamodb",
    table: `state-${tables++}`,
    endpoint: server.endpoint,
  } as const;
  await prepareDynamodb(location, { ...OPTIONS, clock: new ServerClock() });
  return location;
}

describeStateTable("dynamodb-table", async () => {
  const clock = new ServerClock();
  const table = await openDynamodbTable(await freshLocation(), { ...OPTIONS, clock });
  return {
    table,
    now: () => clock.now(),
    advance: (milliseconds) => clock.advance(milliseconds),
    dispose: () => table.close(),
  };
});
