import { expect, it, onTestFinished } from "vitest";
import { findBinary } from "../support/find-binary.ts";
import { randomImage } from "../support/random-image.ts";
import { runProcess } from "../support/run-process.ts";
import { API_TOKEN, openServeBed } from "../support/serve-bed.ts";

const TAGS = 12;
const WAIT_MS = 60_000;

/** A caller that has nothing but curl. */
function curlAt(url: string, cwd: string) {
  const headers = [
    "-H",
    `Authorization: Bearer ${API_TOKEN}`,
    "-H",
    "Content-Type: application/json",
  ];
  const run = async (...args: readonly string[]): Promise<string> => {
    const { stdout, exitCode } = await runProcess("curl", ["-sS", ...args], {
      ...{ cwd, env: { PATH: process.env["PATH"] }, timeoutMs: 2 * WAIT_MS },
    });
    expect(exitCode).toBe(0);
    return stdout;
  };
  const call = (path: string, ...args: readonly string[]) =>
    run(...headers, ...args, `${url}${path}`);
  return {
    run,
    call,
    json: async (path: string, ...args: readonly string[]) => JSON.parse(await call(path, ...args)),
  };
}

it("migrates by curl alone", async () => {
  if ((await findBinary("curl")) === undefined) return console.warn("curl is not on PATH");
  const bed = await openServeBed();
  if ("missing" in bed) return console.warn(`${bed.missing} is not on PATH`);
  onTestFinished(() => bed.close());
  const names = Array.from({ length: TAGS }, (_, index) => `v${index}`);
  for (const tag of names) {
    await bed.source.push(`app:${tag}`, randomImage({ seed: `curl-${tag}`, layers: [50_000] }));
  }
  const target = `${bed.targetHost}/mirror/app`;
  await bed.configure([{ name: "app", source: `${bed.sourceHost}/app`, target }]);
  const { url } = await bed.serve(["--jobs", "1"]);
  const { run, call, json } = curlAt(url, bed.folder);

  const rules = { images: { [`${bed.sourceHost}/app:${names.join(",")},late`]: target } };
  const started = await call("/runs", "-i", "-d", JSON.stringify(rules));
  expect(started).toMatch(/^HTTP\/1\.1 202 /);
  const [, path = ""] = /^location: (.+?)\r?$/im.exec(started) ?? [];
  const events = await call(`${path}/events`, "-N", "--max-time", String(WAIT_MS / 1000));
  expect(new Set(events.match(/^event: \w+$/gm))).toEqual(
    new Set(["event: task", "event: run", "event: end"]),
  );
  const failed = await json(`${path}/tasks?state=failed`);
  expect(failed.tasks).toMatchObject([{ pairs: [{ source: `${bed.sourceHost}/app:late` }] }]);
  expect(await json(`${path}/report`)).toMatchObject({ totals: { copied: TAGS, failed: 1 } });

  const late = randomImage({ seed: "curl-late" });
  await bed.source.push("app:late", late);
  expect(await json(`${path}/retry`, "-X", "POST")).toMatchObject({ state: "running" });
  await call(`${path}/events`, "-N", "--max-time", String(WAIT_MS / 1000));
  expect(await json(`${path}/report`)).toMatchObject({ totals: { copied: TAGS + 1, failed: 0 } });
  await bed.untilThere("mirror/app:late", late.root.digest);

  const moved = { images: { [`${bed.sourceHost}/app`]: `${bed.targetHost}/mirror/other` } };
  const { runId } = await json("/runs", "-d", JSON.stringify(moved));
  expect(await json(`/runs/${runId}/cancel`, "-X", "POST")).toMatchObject({ cancelled: true });
  await call(`/runs/${runId}/events`, "-N", "--max-time", String(WAIT_MS / 1000));
  const { totals, cancelled } = await json(`/runs/${runId}/report`);
  expect(cancelled).toBe(true);
  expect(totals.planned).toBe(totals.copied + totals.unchanged + totals.failed + totals.suspended);
  expect(totals.copied).toBeLessThan(TAGS);

  const status = ["-o", "/dev/null", "-w", "%{http_code}"];
  expect(await run(...status, `${url}/runs`)).toBe("401");
  expect(await call("/plan", ...status)).toBe("405");
});
