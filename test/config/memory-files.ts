import type { ReadText } from "../../lib/config/read-document.ts";

/** Reads from texts by path; what is not there does not exist. */
export function memoryFiles(files: Readonly<Record<string, string>>): ReadText {
  const texts = new Map(Object.entries(files));
  return async (path) => texts.get(path);
}
