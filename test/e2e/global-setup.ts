import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the command line once for all end-to-end tests, unless it is built or named. */
export function setup(): void {
  const { IMAGEFERRY_BUNDLE: named, IMAGEFERRY_BUILT: built } = process.env;
  if (named !== undefined || built !== undefined) return;
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}
