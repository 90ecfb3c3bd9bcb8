import { spawnSync } from "node:child_process";

/** What `npm test` does in part, as a whole: large migrations and kills of real processes. */
const FILES = ["pipeline-kills", "pipeline-hand-over", "sigkill", "sigkill-serve"].map(
  (name) => `test/e2e/${name}.test.ts`,
);

const { status } = spawnSync("npx", ["vitest", "run", "--project", "e2e", ...FILES], {
  stdio: "inherit",
  env: { ...process.env, THOROUGH: "1" },
  shell: process.platform === "win32",
});
process.exitCode = status ?? 1;
