import { spawnSync } from "node:child_process";

/** What `npm test` does in part, each as a whole: simulated schedules and large migrations. */
const SUITES = [
  ["unit", "test/simulation"],
  ["e2e", "test/e2e/pipeline-kills.test.ts", "test/e2e/pipeline-hand-over.test.ts"],
];

const codes = SUITES.map(
  ([project = "", ...files]) =>
    spawnSync("npx", ["vitest", "run", "--project", project, ...files], {
      stdio: "inherit",
      env: { ...process.env, THOROUGH: "1" },
      shell: process.platform === "win32",
    }).status,
);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
