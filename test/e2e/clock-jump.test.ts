import { describe, expect, it, onTestFinished } from "vitest";
import { clockJump, JUMP_SIGNAL } from "../support/clock-jump.ts";
import { heldBy, openManyTags, TAGS } from "../support/e2e-many-tags.ts";
import { randomImage } from "../support/random-image.ts";
import { openServeBed } from "../support/serve-bed.ts";

const MINUTE_MS = 60_000;
const JUMPS = [
  ["ahead", 10 * MINUTE_MS],
  ["back", -10 * MINUTE_MS],
] as const;
/** What the clock may differ by besides: a run takes seconds. */
const SLACK_MS = MINUTE_MS;

describe("a clock that jumps by ten minutes in the middle of a run", () => {
  it.for(JUMPS)("%s: everything is copied, once", async ([, jumpMs]) => {
    const { source, target, bench, sync } = await openManyTags();
    const run = await bench.run(sync, {
      env: clockJump(jumpMs),
      interrupt: { signal: JUMP_SIGNAL, when: () => heldBy(target).tags >= TAGS / 2, everyMs: 10 },
    });
    expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    const { totals, startedAt, finishedAt } = run.report;
    expect(totals).toMatchObject({ planned: TAGS, copied: TAGS, failed: 0 });
    const tookMs = Date.parse(finishedAt) - Date.parse(startedAt);
    expect(Math.abs(tookMs - jumpMs)).toBeLessThan(SLACK_MS);
    expect(target.snapshot()).toEqual(source.snapshot());
    target.forgetRequests();
    const again = await bench.run(sync);
    expect(again.report.totals).toMatchObject({ planned: TAGS, unchanged: TAGS });
    expect(target.writes()).toEqual([]);
  });

  it.for(JUMPS)("%s: a server goes on, and hears of pushes", async ([, jumpMs]) => {
    const bed = await openServeBed();
    if ("missing" in bed) return console.warn(`${bed.missing} is not on PATH`);
    onTestFinished(() => bed.close());
    const [source, target] = [`${bed.sourceHost}/app`, `${bed.targetHost}/mirror/app`];
    await bed.configure([{ name: "mirror", source, target, triggers: { push: true } }]);
    const sinceMs = performance.now();
    const jumpAfterMs = 5000;
    const server = await bed.serve([], clockJump(jumpMs));
    setTimeout(() => server.signal(JUMP_SIGNAL), jumpAfterMs);
    const times: number[] = [];
    for (let at = 0; performance.now() - sinceMs < jumpAfterMs * 2; at++) {
      const image = randomImage({ seed: `jump ${at}` });
      await bed.source.push(`app:v${at}`, image);
      await bed.untilThere(`mirror/app:v${at}`, image.root.digest);
      times.push(Date.parse(String(server.lines.at(-1)?.["time"])));
    }
    const jumps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(jumps.filter((ms) => Math.abs(ms) > MINUTE_MS)).toHaveLength(1);
    server.signal("SIGTERM");
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });
});
