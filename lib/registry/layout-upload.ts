import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat, truncate } from "node:fs/promises";
import type { ByteStream } from "../base/byte-stream.ts";
import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import { type Digest, digestAlgorithm } from "../oci/digest.ts";
import type { LayoutFiles } from "./layout-files.ts";
import { isMissing } from "./missing-file.ts";
import type { BlobContent, UploadCheckpoint, UploadSession } from "./repository.ts";

const ID = /^[a-f0-9]{32}$/;

/** Starts a blob in a layout: a file that becomes the blob when its digest is right. */
export async function startLayoutUpload(files: LayoutFiles): Promise<UploadSession> {
  await files.prepare();
  const id = files.newId();
  await (await open(files.upload(id), "wx", 0o644)).close();
  return new LayoutUpload(files, id, 0);
}

/** Goes on with a blob; `undefined` when its file is gone or shorter than the checkpoint says. */
export async function resumeLayoutUpload(
  files: LayoutFiles,
  { location: id, offset }: UploadCheckpoint,
): Promise<UploadSession | undefined> {
  if (!ID.test(id)) return undefined;
  const path = files.upload(id);
  const size = await stat(path).then(
    (entry) => entry.size,
    (error: unknown) => {
      if (isMissing(error)) return -1;
      throw error;
    },
  );
  if (size < offset) return undefined;
  await truncate(path, offset);
  return new LayoutUpload(files, id, offset);
}

class LayoutUpload implements UploadSession {
  readonly chunkBytesMin = 0;
  readonly #files: LayoutFiles;
  readonly #id: string;
  #offset: number;

  constructor(files: LayoutFiles, id: string, offset: number) {
    this.#files = files;
    this.#id = id;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  async append(content: ByteStream, bytes: number, options: CallOptions = {}): Promise<void> {
    const file = await open(this.#path, "r+");
    try {
      const end = await this.#write(file, content, options.signal);
      if (end - this.#offset !== bytes) throw wrongLength(bytes, end - this.#offset);
      await file.sync();
      this.#offset = end;
    } finally {
      await file.close();
    }
  }

  async commit(digest: Digest, rest?: BlobContent, options: CallOptions = {}): Promise<void> {
    if (rest !== undefined) await this.append(rest.open(), rest.bytes, options);
    const hash = createHash(digestAlgorithm(digest));
    await truncate(this.#path, this.#offset);
    for await (const chunk of createReadStream(this.#path)) hash.update(chunk);
    const stored: Digest = `${digestAlgorithm(digest)}:${hash.digest("hex")}`;
    if (stored !== digest) {
      await this.cancel();
      throw refused(digest, stored);
    }
    await rename(this.#path, this.#files.blob(digest));
  }

  async cancel(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => undefined);
  }

  checkpoint(): UploadCheckpoint {
    return { location: this.#id, offset: this.#offset };
  }

  get #path(): string {
    return this.#files.upload(this.#id);
  }

  async #write(file: FileHandle, content: ByteStream, signal?: AbortSignal): Promise<number> {
    let position = this.#offset;
    for await (const chunk of content) {
      signal?.throwIfAborted();
      for (let done = 0; done < chunk.byteLength; ) {
        const { bytesWritten } = await file.write(chunk, done, undefined, position);
        done += bytesWritten;
        position += bytesWritten;
      }
    }
    return position;
  }
}

function wrongLength(announced: number, got: number): FerryError {
  return new FerryError(`${announced} bytes were announced, ${got} came`, {
    code: "CONTENT_LENGTH",
    remedy: "retry",
  });
}

function refused(wanted: Digest, got: Digest): FerryError {
  return new FerryError(`the layout got content of ${got} for ${wanted}`, {
    code: "DIGEST_REFUSED",
    remedy: "retry",
    hint: "Send the blob again.",
  });
}
