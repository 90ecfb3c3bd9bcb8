import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A registry, and who may use it. */
interface Login {
  readonly host: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Writes the credentials of both ends as `docker login` does. @returns the file's path. */
export async function writeDockerConfig(folder: string, ends: readonly Login[]): Promise<string> {
  const auths = new Map(
    ends
      .filter(({ username }) => username !== undefined)
      .map(({ host, username, password }) => [
        host,
        { auth: Buffer.from(`${username}:${password}`).toString("base64") },
      ]),
  );
  return writeJson(folder, "config.json", { auths: Object.fromEntries(auths) });
}

/** Writes a file of JSON. @returns its path. */
export async function writeJson(folder: string, name: string, value: object): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(value));
  return path;
}
