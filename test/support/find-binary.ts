import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Finds a program on `PATH`; `undefined` when it is not installed. */
export async function findBinary(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
