import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUNDLE, ROOT } from "../../infra/bundle.ts";
import { DYNALITE_ENV, startDynalite } from "../support/dynalite-server.ts";
import { EMULATOR_ENV, startTablestoreEmulator } from "../support/tablestore-emulator/server.ts";

/** Uses every request that a driver knows, and prints what it finds. */
const PROGRAM = `
  import { systemRandom as random } from "./lib/base/random.ts";
  import { systemClock as clock } from "./lib/base/system-clock.ts";
  import { openState } from "./lib/state/open-state.ts";
  import { prepareState } from "./lib/state/prepare-state.ts";
  import { parseStateLocation } from "./lib/state/state-location.ts";

  const location = parseStateLocation(process.argv[2]);
  const options = { clock, random, env: process.env };
  await prepareState(location, options);
  const table = await openState(location, options);
  const keys = ["a", "b", "c"].map((sort) => ({ partition: "p", sort }));
  const version = await table.put(keys[0], "ü", "absent");
  await table.put(keys[0], "ö", { version });
  await table.put(keys[0], "no", "absent").catch((error) => console.log(error.name));
  await table.putMany(keys.slice(1).map((key) => ({ ...key, value: 1 })));
  console.log((await table.getMany(keys)).length, (await table.get(keys[0])).value);
  await table.delete(keys[1], "any");
  for await (const row of table.query("p")) console.log(row.sort);
  await table.close();
`;

describe("a driver in a bundle", { timeout: 60_000 }, () => {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "imageferry-bundle-"));
    const stdin = { contents: PROGRAM, resolveDir: ROOT, loader: "ts" } as const;
    await build({ ...BUNDLE, stdin, outdir: folder, external: ["libsql"] });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function outputOf(location: string, env: Readonly<Record<string, string>>) {
    const program = [join(folder, "stdin.mjs"), location];
    return promisify(execFile)(process.execPath, program, { env });
  }

  const expected = { stdout: "ConflictError\n3 ö\na\nc\n", stderr: "" };

  it("works for DynamoDB, and warns of nothing", async () => {
    const { endpoint, stop } = await startDynalite();
    const location = `dynamodb://state?endpoint=${endpoint}`;
    expect(await outputOf(location, DYNALITE_ENV)).toEqual(expected);
    await stop();
  });

  it("tells that nothing names DynamoDB's region", async () => {
    const env = { HOME: folder, AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "CANARY" };
    await expect(outputOf("dynamodb://state", env)).rejects.toMatchObject({
      stderr: expect.stringContaining("STATE_LOCATION_INVALID"),
    });
  });

  it("works for Tablestore, and warns of nothing", async () => {
    const { endpoint, instance, stop } = await startTablestoreEmulator();
    const location = `tablestore://${instance}/state?endpoint=${endpoint}`;
    expect(await outputOf(location, EMULATOR_ENV)).toEqual(expected);
    await stop();
  });
});
