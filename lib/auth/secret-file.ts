import { open } from "node:fs/promises";
import type { SecretFile } from "./secret-reference.ts";

/** Reads a secret's file from disk; text and mode are of the very same file. */
export async function readSecretFile(path: string): Promise<SecretFile> {
  const file = await open(path);
  try {
    const { mode } = await file.stat();
    return { text: await file.readFile("utf8"), mode };
  } finally {
    await file.close();
  }
}
