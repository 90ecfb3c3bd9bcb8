import { fileURLToPath } from "node:url";
import type { BuildOptions } from "esbuild";
import { readPackage } from "./licences.ts";

/** Folder of the project. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/** ES modules have no `require`, which bundled CommonJS packages call. */
const BANNER = 'import{createRequire as _cr}from"node:module";const require=_cr(import.meta.url);';

/** What all bundles have in common. */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  metafile: true,
  platform: "node",
  target: "node20",
  mainFields: ["module", "main"],
  // undici loads it at once, 15 ms and 2 MiB, for a protocol that is never spoken here.
  alias: { "node:http2": "./infra/no-http2.ts" },
  legalComments: "none",
  define: { IMAGEFERRY_VERSION: JSON.stringify(readPackage(ROOT).version) },
} as const satisfies BuildOptions;

/**
 * Bundles of ES modules: an entry `*.mjs`, and one chunk for each part that is loaded when it is
 * needed, so that nothing pays for what it does not use.
 */
export const BUNDLE = {
  ...COMMON,
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunks/[name]-[hash]",
  splitting: true,
  format: "esm",
  banner: { js: BANNER },
} as const satisfies BuildOptions;

/**
 * Bundles that are one script, whose parts run when they are needed: V8 keeps compiled code of
 * scripts only, and scripts load what is not in them by `require`.
 */
export const SCRIPT = {
  ...COMMON,
  format: "cjs",
  supported: { "dynamic-import": false },
} as const satisfies BuildOptions;
