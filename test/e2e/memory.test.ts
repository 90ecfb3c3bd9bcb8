import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RunReport } from "../../lib/sync/report.ts";
import { openBench } from "../support/e2e-bench.ts";
import { testedBundle } from "../support/e2e-bundle.ts";
import { startFakeProcess } from "../support/e2e-fake-process.ts";
import { peakRss } from "../support/peak-rss.ts";

const PEAK_MIB_MAX = 110;
const LAYER_BYTES = 4 * 1024 ** 3;
const TAGS = 2000;
const TIMEOUT_MS = 170_000;

/** Copies everything between two registries, and gives the report and the most memory it took. */
async function measuredSync(
  source: string,
  target: string,
): Promise<{ report: RunReport; peakMib: number }> {
  const bench = await openBench([source, target]);
  onTestFinished(() => bench.close());
  const report = join(bench.folder, "report.json");
  const output = ["--format", "json", "--output", report];
  const args = ["sync", `${source}/app`, `${target}/app`, ...bench.flags, ...output];
  const result = await peakRss([testedBundle(), ...args], {
    cwd: bench.folder,
    env: { PATH: process.env["PATH"], HOME: bench.folder },
    timeoutMs: TIMEOUT_MS,
  });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  return { report: JSON.parse(await readFile(report, "utf8")), peakMib: result.peakMib };
}

function tell(what: string, { report, peakMib }: { report: RunReport; peakMib: number }): void {
  const seconds = (report.elapsedMs / 1000).toFixed(1);
  console.log(`${what}: peak RSS ${peakMib.toFixed(1)} MiB, ${seconds} s`);
}

describe("peak RSS", () => {
  it(`copies a layer of 4 GiB within ${PEAK_MIB_MAX} MiB`, async () => {
    const [source, target] = await Promise.all([
      startFakeProcess({ layerBytes: LAYER_BYTES }),
      startFakeProcess({ keepBytesMax: 1024 * 1024 }),
    ]);
    const measured = await measuredSync(source, target);
    tell("a layer of 4 GiB", measured);
    expect(measured.report.totals).toMatchObject({ planned: 1, copied: 1 });
    expect(measured.report.bytes.copied).toBeGreaterThan(LAYER_BYTES);
    expect(measured.peakMib).toBeLessThanOrEqual(PEAK_MIB_MAX);
  });

  it(`copies ${TAGS} small tags within ${PEAK_MIB_MAX} MiB`, async () => {
    const [source, target] = await Promise.all([
      startFakeProcess({ tags: TAGS }),
      startFakeProcess({}),
    ]);
    const measured = await measuredSync(source, target);
    tell(`${TAGS} small tags`, measured);
    expect(measured.report.totals).toMatchObject({ planned: TAGS, copied: TAGS });
    expect(measured.peakMib).toBeLessThanOrEqual(PEAK_MIB_MAX);
  });
});
