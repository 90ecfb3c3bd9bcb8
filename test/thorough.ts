import { spawnSync } from "node:child_process";

/** What `npm test` does in part, as a whole: schedules, large migrations and kills. */
const FILES = [
  "test/simulation",
  ...["test/e2e/pipeline-kills.test.ts", "test/e2e/pipeline-hand-over.test.ts"],
  ...["test/e2e/sigkill.test.ts", "test/e2e/sigkill-serve.test.ts"],
];

const { status } = spawnSync(
  "npx",
  ["vitest", "run", "--project", "simulation", "--project", "e2e", ...FILES],
  {
    stdio: "inherit",
    env: { ...process.env, THOROUGH: "1" },
    shell: process.platform === "win32",
  },
);
process.exitCode = status ?? 1;
