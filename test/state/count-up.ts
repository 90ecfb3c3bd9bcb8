/** Adds 1 to a row many times, by compare-and-set: `count-up.ts FILE TIMES`. */
import { systemClock } from "../../lib/base/system-clock.ts";
import { openSqliteTable } from "../../lib/state/sqlite-table.ts";
import { ConflictError, type StateTable } from "../../lib/state/state-table.ts";

const KEY = { partition: "p", sort: "s" };
const [path = "", times = "0"] = process.argv.slice(2);

async function addOne(table: StateTable): Promise<boolean> {
  const row = await table.get(KEY);
  try {
    await table.put(KEY, Number(row?.value ?? 0) + 1, row ?? "absent");
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

const table = await openSqliteTable(path, { clock: systemClock });
for (let done = 0; done < Number(times); ) {
  if (await addOne(table)) done++;
}
await table.close();
