import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../base/random.ts";
import { type Digest, isDigest } from "../oci/digest.ts";

/** Where an OCI image layout keeps what (image-spec, image-layout.md). */
export class LayoutFiles {
  readonly folder: string;
  readonly #random: Random;

  constructor(folder: string, random: Random) {
    this.folder = folder;
    this.#random = random;
  }

  get index(): string {
    return join(this.folder, "index.json");
  }

  /**
   * The file of a blob; only digests in their grammar have one, so no name leads out of the folder.
   */
  blob(digest: Digest): string {
    if (!isDigest(digest)) throw new TypeError("not a digest");
    const [algorithm = "", encoded = ""] = digest.split(":");
    return join(this.folder, "blobs", algorithm, encoded);
  }

  /** The file of an upload under way; beside the blobs, so that a rename moves it there. */
  upload(id: string): string {
    return join(this.folder, "uploads", id);
  }

  newId(): string {
    return this.#random.hex(16);
  }

  /** Makes the folders and the marker file of a layout. */
  async prepare(): Promise<void> {
    for (const name of ["blobs/sha256", "blobs/sha512", "uploads"]) {
      await mkdir(join(this.folder, name), { recursive: true });
    }
    await this.write(
      join(this.folder, "oci-layout"),
      Buffer.from('{"imageLayoutVersion":"1.0.0"}'),
    );
  }

  /** Writes a file so that readers see all of it or what was there before. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    const draft = this.upload(this.newId());
    try {
      const file = await open(draft, "wx", 0o644);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}
