import type { Digest } from "./digest.ts";
import type { Platform } from "./platform.ts";

/** Disposition of one piece of content (image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly platform?: Platform;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where foreign layers may be had from. */
  readonly urls?: readonly string[];
}
