import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DYNALITE_ENV, type DynaliteServer, startDynalite } from "../../support/dynalite-server.ts";
import {
  EMULATOR_ENV,
  startTablestoreEmulator,
  type TablestoreEmulator,
} from "../../support/tablestore-emulator/server.ts";
import { runCli } from "../memory-terminal.ts";

describe("state init", { timeout: 60_000 }, () => {
  let dynalite: DynaliteServer;
  let tablestore: TablestoreEmulator;
  let folder = "";
  beforeAll(async () => {
    dynalite = await startDynalite();
    tablestore = await startTablestoreEmulator();
  });
  afterAll(async () => {
    await dynalite.stop();
    await tablestore.stop();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "imageferry-state-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("makes a DynamoDB table, and tells what it could not have", async () => {
    const args = ["state", "init", "--state", `dynamodb://state?endpoint=${dynalite.endpoint}`];
    const { exitCode, stdout } = await runCli(args, { env: DYNALITE_ENV });
    expect(exitCode).toBe(0);
    const [table, ...rest] = stdout.trimEnd().split("\n");
    expect(table).toBe("table: made");
    expect(rest.map((line) => line.replace(/ \(.*\)$/, ""))).toEqual([
      "time to live: not to be had",
      "point-in-time recovery: not to be had",
    ]);
    const again = await runCli(args, { env: DYNALITE_ENV });
    expect(again.stdout.split("\n")[0]).toBe("table: as it should be");
  });

  it("makes the Tablestore table that a variable names, as JSON", async () => {
    const state = `tablestore://${tablestore.instance}/state?endpoint=${tablestore.endpoint}`;
    const env = { ...EMULATOR_ENV, IMAGEFERRY_STATE: state };
    const { exitCode, stdout } = await runCli(["state", "init", "--format", "json"], { env });
    expect(exitCode).toBe(0);
    const steps = [{ what: "table", outcome: "made" }];
    expect(JSON.parse(stdout)).toEqual({ schemaVersion: 1, state, steps });
  });

  it("makes the user's own state file when none is named", async () => {
    const env = { XDG_STATE_HOME: folder };
    const { exitCode, stdout } = await runCli(["state", "init"], { env });
    expect([exitCode, stdout]).toEqual([0, "file: as it should be\n"]);
    expect(readFileSync(join(folder, "imageferry", "state.db")).byteLength).toBeGreaterThan(0);
  });

  it("refuses a place that is none", async () => {
    const run = runCli(["state", "init", "--state", "redis://localhost"]);
    await expect(run).rejects.toMatchObject({ code: "STATE_LOCATION_INVALID" });
  });
});
