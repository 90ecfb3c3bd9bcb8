import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { peakRss } from "./peak-rss.ts";
import { runCli } from "./run-cli.ts";
import { runProcess } from "./run-process.ts";

const HERE = { env: {}, cwd: tmpdir() };
const ECHO = `
  process.stdin.on("data", (text) => process.stdout.write(text));
  process.stdin.on("end", () => { process.stderr.write("bye"); process.exitCode = 3; });
`;

async function script(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "script.mjs");
  await writeFile(file, text);
  return file;
}

describe("runProcess", () => {
  it("gives both outputs and the exit code", async () => {
    const result = await runProcess(process.execPath, ["-e", ECHO], { ...HERE, stdin: "hello" });
    expect(result).toEqual({ stdout: "hello", stderr: "bye", exitCode: 3, signal: null });
  });

  it("sends a signal once the output is what was waited for", async () => {
    const text =
      'process.on("SIGINT", () => process.exit(75)); console.log("up"); setTimeout(() => {}, 1e6);';
    const interrupt = {
      signal: "SIGINT",
      when: ({ stdout }: { stdout: string }) => stdout.includes("up"),
    } as const;
    const result = await runProcess(process.execPath, ["-e", text], { ...HERE, interrupt });
    expect(result.exitCode).toBe(75);
  });

  it("kills what takes too long", async () => {
    const forever = "setTimeout(() => {}, 1e6)";
    const options = { ...HERE, timeoutMs: 200 };
    const result = await runProcess(process.execPath, ["-e", forever], options);
    expect([result.exitCode, result.signal]).toEqual([null, "SIGKILL"]);
  });
});

describe("runCli", () => {
  it("shows the program nothing of the user's own environment", async () => {
    const bundle = await script(
      "console.log(JSON.stringify([process.argv.slice(2), Object.keys(process.env).sort(), process.env.HOME, process.env.XDG_CACHE_HOME]))",
    );
    const { stdout } = await runCli(["sync", "-q"], { bundle, env: { EXTRA: "1" } });
    const [args, names, home, cache] = JSON.parse(stdout);
    expect([args, names]).toEqual([
      ["sync", "-q"],
      ["EXTRA", "HOME", "PATH", "XDG_CACHE_HOME"],
    ]);
    expect(home).toContain("imageferry-home-");
    expect(cache).toMatch(/node_modules.\.cache$/);
  });
});

describe("peakRss", () => {
  it("measures the most memory a program held, not what it held at its end", async () => {
    const lean = await peakRss(["-e", ""], HERE);
    const fat = await peakRss(["-e", "Buffer.alloc(200 * 1024 * 1024, 1)"], HERE);
    expect(lean.exitCode).toBe(0);
    expect(lean.peakMib).toBeGreaterThan(10);
    expect(fat.peakMib - lean.peakMib).toBeGreaterThan(150);
    expect(fat.peakMib - lean.peakMib).toBeLessThan(300);
  });
});
