import { fileURLToPath } from "node:url";

/** Beside the packages, where a fresh checkout has nothing. */
const CACHE = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));

/**
 * The environment of a program that shall see none of the user's own files: `PATH`, a home of its
 * own, and what is given. The compiled form of the program it may share with others of its kind,
 * as a user's runs do: each by itself would take a third longer.
 */
export function cleanEnv(
  home: string,
  env: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  return { PATH: process.env["PATH"], HOME: home, XDG_CACHE_HOME: CACHE, ...env };
}
