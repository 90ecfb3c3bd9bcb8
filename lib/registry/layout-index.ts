import { readFile } from "node:fs/promises";
import { FerryError } from "../base/error.ts";
import { Permits } from "../base/permits.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestOf } from "../oci/digest.ts";
import { MEDIA_TYPES } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import type { LayoutFiles } from "./layout-files.ts";
import { isMissing } from "./missing-file.ts";

/** The annotation that names a manifest in `index.json` (image-spec, image-layout.md). */
const REF_NAME = "org.opencontainers.image.ref.name";

/** The tag an entry of `index.json` carries. */
export function tagOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[REF_NAME];
}

/** The `index.json` of a layout: what is tagged, and what refers to something else. */
export class LayoutIndex {
  readonly #files: LayoutFiles;
  readonly #writing = new Permits(1);

  constructor(files: LayoutFiles) {
    this.#files = files;
  }

  /** Its entries; `undefined` when there is no layout. */
  async read(): Promise<readonly Descriptor[] | undefined> {
    const bytes = await readFile(this.#files.index).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (bytes === undefined) return undefined;
    const mediaType = MEDIA_TYPES.ociIndex;
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
    try {
      return parseManifest({ descriptor, bytes }).children;
    } catch (error) {
      throw new FerryError(`${this.#files.index} is not the index of an image layout`, {
        code: "LAYOUT_INVALID",
        remedy: "fixInput",
        hint: "Name the folder of an OCI image layout, or an empty one.",
        cause: error,
      });
    }
  }

  /** Adds a manifest, under a tag (which is moved) or without. */
  async add(descriptor: Descriptor, tag?: string): Promise<void> {
    await this.#writing.with(async () => {
      const entries = (await this.read()) ?? [];
      const kept = entries.filter((entry) =>
        tag === undefined
          ? entry.digest !== descriptor.digest || tagOf(entry) !== undefined
          : tagOf(entry) !== tag,
      );
      const { annotations, ...plain } = descriptor;
      const named = { ...annotations, ...(tag !== undefined && { [REF_NAME]: tag }) };
      const added = Object.keys(named).length > 0 ? { ...plain, annotations: named } : plain;
      const index = {
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.ociIndex,
        manifests: [...kept, added],
      };
      await this.#files.write(this.#files.index, Buffer.from(JSON.stringify(index, undefined, 2)));
    });
  }
}
