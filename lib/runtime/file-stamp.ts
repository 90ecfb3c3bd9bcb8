import { stat } from "node:fs/promises";

/** Tells one state of files from another without reading them; a missing file is a state too. */
export async function stampOfFiles(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      try {
        const { ino, size, mtimeMs } = await stat(file);
        return `${ino} ${size} ${mtimeMs}`;
      } catch {
        return "missing";
      }
    }),
  );
  return stamps.join("\n");
}
