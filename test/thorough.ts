import { spawnSync } from "node:child_process";

/** What `npm test` does in part, as a whole: races, large migrations and kills of real processes. */
const FILES = [
  "simulation/tag-race",
  ...["pipeline-kills", "pipeline-hand-over", "sigkill", "sigkill-serve"].map(
    (name) => `e2e/${name}`,
  ),
].map((name) => `test/${name}.test.ts`);

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
