import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { configError } from "./config-error.ts";

const MISSING: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR"]);

/**
 * Reads a text file, or standard input for `-`; the driver behind `ReadText`.
 *
 * @returns `undefined` when there is no such file.
 * @throws {FerryError} `CONFIG_UNREADABLE` for every other reason, naming path and reason.
 */
export async function readText(path: string): Promise<string | undefined> {
  if (path === "-") return textOf(process.stdin);
  try {
    const bytes = await readFile(path);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    if (MISSING.has(reason)) return undefined;
    throw configError(
      "CONFIG_UNREADABLE",
      `file ${path} cannot be read: ${String(reason ?? "it is not a text file")}`,
      "It has to be a readable file in UTF-8.",
    );
  }
}
