import { expect, it } from "vitest";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createTaskLedger } from "../../lib/state/task-ledger.ts";
import { createTaskReader } from "../../lib/state/task-reader.ts";
import { DEFAULT_COPY_OPTIONS } from "../../lib/sync/policy.ts";
import { encodeTask } from "../../lib/sync/task-wire.ts";
import { taskPage } from "../../lib/web/task-page.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

async function readerOf(tasks: number) {
  const clock = new VirtualClock();
  const table = createMemoryTable({ clock });
  const ledger = createTaskLedger(table, { clock, random: seededRandom(1) });
  for (let index = 0; index < tasks; index++) {
    const image = {
      repository: { registry: "source.test", repository: "app" },
      reference: { kind: "tag", tag: `v${index}` },
    } as const;
    const task = encodeTask({
      ...{ id: `t${index}`, policy: "p", source: image, named: true },
      targets: [{ ...image, repositoryExists: false, recorded: false }],
      options: DEFAULT_COPY_OPTIONS,
    });
    await ledger.plan("r", `t${index}`, task);
  }
  return createTaskReader(table);
}

it("ends a page after so many rows, although none of them was wanted", async () => {
  const reader = await readerOf(5_001);
  const states = new Set(["failed"] as const);
  const page = await taskPage("r", { states, limit: 10 }, reader);
  expect(page).toEqual({ tasks: [], cursor: expect.any(String) });
  const rest = await taskPage("r", { states, limit: 10, cursor: page.cursor ?? "" }, reader);
  expect(rest).toEqual({ tasks: [] });
});

it.each(["", "x", "99.", "16.", "-1.", "0.a/b", "0.a\u0000"])(
  "refuses the cursor of %j",
  async (text) => {
    const cursor = Buffer.from(text).toString("base64url");
    const reader = await readerOf(1);
    await expect(taskPage("r", { limit: 1, cursor }, reader)).rejects.toMatchObject({
      code: "CURSOR_INVALID",
    });
  },
);
