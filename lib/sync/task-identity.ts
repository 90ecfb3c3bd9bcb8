import { createHash } from "node:crypto";
import { formatReference } from "../oci/reference.ts";
import type { CopyOptions } from "./policy.ts";
import type { ImageLocation } from "./task.ts";

/** Hash of the options that decide what arrives at a target: a watermark holds for these only. */
export function optionsHash(options: CopyOptions): string {
  const { platforms, platformMode, referrers, foreignLayers } = options;
  const { os, architecture, platforms: names } = platforms;
  const sorted = [os, architecture, names].map((list) => [...list].sort());
  return shortHash(JSON.stringify([sorted, platformMode, referrers, foreignLayers]));
}

/** Stable id of the work of one source tag: the same in every run. */
export function taskId(
  source: ImageLocation,
  targets: readonly ImageLocation[],
  options: CopyOptions,
): string {
  const names = [source, ...targets].map(({ repository, reference }) =>
    formatReference(repository, reference),
  );
  return shortHash(JSON.stringify([names, optionsHash(options), options.force]));
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
