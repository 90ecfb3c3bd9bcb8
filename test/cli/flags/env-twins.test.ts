import { describe, expect, it } from "vitest";
import { type Outcome, runCli } from "../memory-terminal.ts";

const PAIR = ["s.io/app:1", "t.io/app:1"];

type Read = (outcome: Outcome) => unknown;

const plainRegistries: Read = ({ calls }) =>
  calls.options?.registries.flatMap(({ registry, plainHttp }) => (plainHttp ? [registry] : []));

const options: Read = ({ calls }) => calls.sync?.[0][0]?.options;

/** Every flag of `sync` that reaches the ferry, its value, and what has to arrive. */
const FLAGS: readonly [string, string | true, Read, unknown][] = [
  ["--jobs", "7", ({ calls }) => calls.options?.jobs, 7],
  ["--proc", "7", ({ calls }) => calls.options?.jobs, 7],
  ["--workers", "7", ({ calls }) => calls.options?.jobs, 7],
  ["--retries", "0", ({ calls }) => calls.options?.retries, 0],
  ["--state", ":memory:", ({ calls }) => calls.options?.state, ":memory:"],
  ["--authfile", "a.json", ({ calls }) => calls.options?.authFile, "a.json"],
  ["--plain-http", "a.lan:5000, B.lan", plainRegistries, ["a.lan:5000", "b.lan"]],
  ["--fail-fast", true, ({ calls }) => calls.sync?.[1].failFast, true],
  ["--force", true, options, { force: true }],
  ["--referrers", true, options, { referrers: true }],
  ["--os", "linux,windows", options, { platforms: { os: ["linux", "windows"] } }],
  ["--arch", "amd64, arm64", options, { platforms: { architecture: ["amd64", "arm64"] } }],
  ["--platform", "linux/amd64", options, { platforms: { platforms: ["linux/amd64"] } }],
  ["--platform-mode", "sparse", options, { platformMode: "sparse" }],
  ["--dry-run", true, ({ calls }) => [calls.plan !== undefined, calls.sync], [true, undefined]],
  ["--format", "json", ({ stdout }) => stdout.startsWith("{\n"), true],
  ["--quiet", true, ({ stdout, stderr }) => stdout + stderr, ""],
  ["--color", "always", ({ stdout }) => stdout.includes("\u001b["), true],
];

describe("flags of sync", () => {
  for (const [flag, value, read, expected] of FLAGS) {
    it(`${flag} on the command line`, async () => {
      const args = value === true ? [flag] : [flag, value];
      expect(read(await runCli(["sync", ...PAIR, ...args]))).toEqual(matching(expected));
    });

    it(`${flag} by its variable`, async () => {
      const name = `IMAGEFERRY_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`;
      const env = { [name]: value === true ? "1" : value };
      expect(read(await runCli(["sync", ...PAIR], { env }))).toEqual(matching(expected));
    });
  }

  it("prefers what is written to a variable, by whatever name", async () => {
    const env = { IMAGEFERRY_JOBS: "3" };
    const { calls } = await runCli(["sync", ...PAIR, "--proc", "5"], { env });
    expect(calls.options?.jobs).toBe(5);
  });

  it("takes a variable that says no for no", async () => {
    const { calls } = await runCli(["sync", ...PAIR], { env: { IMAGEFERRY_FORCE: "false" } });
    expect(calls.sync?.[0][0]?.options.force).toBe(false);
  });

  it("takes an empty variable for none", async () => {
    const { calls } = await runCli(["sync", ...PAIR], { env: { IMAGEFERRY_JOBS: "" } });
    expect(calls.options?.jobs).toBeUndefined();
  });

  it("names the variable whose value is refused", async () => {
    await expect(runCli(["sync", ...PAIR], { env: { IMAGEFERRY_JOBS: "-1" } })).rejects.toThrow(
      'IMAGEFERRY_JOBS="-1" is invalid',
    );
  });

  it.each([
    ["--proc", "0"],
    ["--proc", "-1"],
    ["--jobs", "many"],
    ["--retries", "-1"],
    ["--newest", "0"],
    ["--platform", "linux/amd64,"],
    ["--platform", "amd64"],
    ["--plain-http", "http://a.lan"],
    ["--plain-http", "a.lan/app"],
    ["--platform-mode", "both"],
    ["--forse"],
  ])("refuses %s %s as wrong usage", async (...args) => {
    const { exitCode, stderr, calls } = await runCli(["sync", ...PAIR, ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(args[0]);
    expect(calls.options).toBeUndefined();
  });
});

function matching(expected: unknown): unknown {
  const isRecord = typeof expected === "object" && expected !== null && !Array.isArray(expected);
  if (!isRecord) return expected;
  const entries = Object.entries(expected).map(([key, value]) => [key, matching(value)]);
  return expect.objectContaining(Object.fromEntries(entries));
}
