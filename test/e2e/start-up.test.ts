import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { testedBundle } from "../support/e2e-bundle.ts";
import { runProcess } from "../support/run-process.ts";

/** The quickest counts: whatever else the machine does only adds to a run. */
const RUNS = 12;
const ADDED_MS_MAX = 100;
/** Something else that keeps the machine busy for a while is no fault of the program's. */
const RETRIES = 2;

async function timed(args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const result = await runProcess(process.execPath, args, {
    env: { PATH: process.env["PATH"], HOME: tmpdir() },
    cwd: tmpdir(),
  });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  return performance.now() - startedMs;
}

it(`imageferry version takes at most ${ADDED_MS_MAX} ms more than node alone`, {
  retry: RETRIES,
}, async () => {
  const bare: number[] = [];
  const version: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    bare.push(await timed(["-e", "0"]));
    version.push(await timed([testedBundle(), "version"]));
  }
  const [bareMs, versionMs] = [Math.min(...bare), Math.min(...version)];
  console.log(`node ${bareMs.toFixed(0)} ms, imageferry version ${versionMs.toFixed(0)} ms`);
  expect(versionMs - bareMs).toBeLessThanOrEqual(ADDED_MS_MAX);
});
