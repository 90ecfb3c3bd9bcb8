import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CheckedTag, checkReport, withRepair } from "../../../lib/sync/check-report.ts";
import { createReportFold } from "../../../lib/sync/report-fold.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { COPIED, DIGEST, OTHER_DIGEST, planned, settled } from "../events.ts";
import { runCli } from "../memory-terminal.ts";

const LAYER = `sha256:${"c".repeat(64)}`;
const pair = (id: string) => ({ source: `s.io/app:${id}`, target: `t.io/app:${id}`, policy: "p" });

const EQUAL: CheckedTag = { ...pair("1"), state: "equal", sourceDigest: DIGEST, drift: [] };
const MOVED: CheckedTag = {
  ...pair("2"),
  state: "drifted",
  sourceDigest: DIGEST,
  targetDigest: OTHER_DIGEST,
  drift: [{ kind: "other-digest" }],
  staleState: true,
};
const HOLLOW: CheckedTag = {
  ...pair("3"),
  state: "drifted",
  sourceDigest: DIGEST,
  wantedDigest: OTHER_DIGEST,
  targetDigest: OTHER_DIGEST,
  drift: [
    { kind: "missing-blob", digest: LAYER },
    { kind: "wrong-size", digest: DIGEST, wantedBytes: 10, foundBytes: 2 },
  ],
};
const MISSING: CheckedTag = { ...pair("4"), state: "missing-source", drift: [] };
const FAILED: CheckedTag = {
  ...pair("5"),
  ...{ state: "failed", code: "TIMEOUT", message: "no answer", drift: [] },
};

function reportOf(...tags: readonly CheckedTag[]) {
  const lookedAt = { manifests: 3, blobs: 7, bytesRead: 0 };
  return checkReport({ depth: "content", tags, errors: [], lookedAt });
}

describe("check", () => {
  it("shows one line for each pair that differs, why others could not be told, and counts", async () => {
    const ferry = { check: async () => reportOf(EQUAL, MOVED, HOLLOW, MISSING, FAILED) };

    const { stdout, exitCode } = await runCli(["check", "s.io/app", "t.io/app"], { ferry });

    expect(exitCode).toBe(1);
    const [a, b] = [DIGEST, OTHER_DIGEST].map((digest) => digest.slice(0, 19));
    expect(stdout.split("\n").map((line) => line.replace(/ {2,}/g, " | "))).toEqual([
      "WHAT | SOURCE | TARGET | SOURCE DIGEST | TARGET DIGEST | CONTENT",
      `other digest (state says done) | s.io/app:2 | t.io/app:2 | ${a} | ${b}`,
      `missing blob, wrong size | s.io/app:3 | t.io/app:3 | ${a} as ${b} | ${b} | ${LAYER} and 1 more`,
      "missing source | s.io/app:4 | t.io/app:4",
      "Failed (1): TIMEOUT: no answer",
      " | s.io/app:5 → t.io/app:5",
      "5 tags: 1 equal, 2 differ (1 of them done by the state), 1 missing at the source, 1 could not be told",
      "Looked at 3 manifests and 7 blobs of the targets",
      "",
    ]);
  });

  it("ends with 4 when something differs, and then speaks also when it is to be quiet", async () => {
    const drifted = { check: async () => reportOf(EQUAL, MOVED) };
    const quiet = ["check", "s.io/app", "t.io/app", "--quiet"];

    expect(await runCli(quiet, { ferry: drifted })).toMatchObject({
      exitCode: 4,
      stdout: expect.stringContaining("other digest"),
    });
    const equal = { check: async () => reportOf(EQUAL) };
    expect(await runCli(quiet, { ferry: equal })).toMatchObject({ exitCode: 0, stdout: "" });
  });

  it("gives one document, or one line after the events", async () => {
    const report = reportOf(EQUAL, HOLLOW);
    const ferry = { check: async () => report };
    const args = ["check", "s.io/app", "t.io/app", "--format"];

    const { stdout } = await runCli([...args, "json"], { ferry });
    expect(JSON.parse(stdout)).toEqual(report);
    const lines = (await runCli([...args, "ndjson"], { ferry })).stdout.trim().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ type: "report", ...report });
  });

  it.each([
    [[], { depth: "tags", repair: false }],
    [["--deep"], { depth: "content", repair: false }],
    [["--read-data"], { depth: "data", repair: false }],
    [["--deep", "--repair"], { depth: "content", repair: true }],
  ])("hands %j on", async (flags, options) => {
    const { calls } = await runCli(["check", "s.io/app", "t.io/app", ...flags]);
    expect(calls.check?.[1]).toMatchObject(options);
  });

  it("counts rules that were refused before anything was looked at", async () => {
    const folder = await mkdtemp(join(tmpdir(), "imageferry-check-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const rules = join(folder, "images.yaml");
    await writeFile(rules, "source.io/app:1: t.io/app\nnot an image at all!: t.io/x\n");

    const { stdout, exitCode } = await runCli(["check", "--images", rules, "--format", "json"]);

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      totals: { errors: 1 },
      errors: [{ rule: "not an image at all!" }],
    });
  });

  it("tells what a repair did, and what to do about what the registry keeps", async () => {
    const fold = createReportFold("run-9", { clock: new VirtualClock() });
    for (const id of ["2", "3"]) {
      fold.sink(planned(id));
      fold.sink(settled(id, COPIED, 2048));
    }
    fold.sink({ type: "run.enumerated", runId: "run-9", tasks: 2 });
    const after = reportOf(
      { ...MOVED, state: "equal", drift: [] },
      { ...HOLLOW, drift: HOLLOW.drift.slice(1) },
    );
    const report = withRepair(reportOf(MOVED, HOLLOW), fold.report(), after);
    const ferry = { check: async () => report };

    const { stdout, exitCode } = await runCli(["check", "s.io/app", "t.io/app", "--repair"], {
      ferry,
    });

    expect(exitCode).toBe(4);
    expect(stdout).toContain("repaired: other digest (state says done)");
    expect(stdout).toContain("2 tags: 2 copied, 0 unchanged in");
    expect(stdout).toContain("1 of 2 repaired\nTry: remove the damaged content");
  });
});
