import type { Metafile } from "esbuild";

/** The entry of a bundle, as it is named in its folder. */
export const ENTRY = "index.mjs";

/**
 * Files of a bundle that are loaded: the entry, the parts that the given sources became, and all
 * that these import.
 *
 * @param dynamic ends of the names of sources that are loaded on demand.
 */
export function loadedFiles(metafile: Metafile, dynamic: readonly string[]): readonly string[] {
  const outputs = new Map(Object.entries(metafile.outputs));
  const isLoaded = (path: string, entryPoint: string | undefined): boolean =>
    path.endsWith(`/${ENTRY}`) || dynamic.some((source) => entryPoint?.endsWith(source));
  const entries = [...outputs].filter(([path, { entryPoint }]) => isLoaded(path, entryPoint));
  if (entries.length !== dynamic.length + 1) {
    throw new Error(`not all of ${dynamic.join(", ")} are parts of the bundle`);
  }
  const loaded = new Set<string>();
  const visit = (path: string): void => {
    const output = outputs.get(path);
    if (output === undefined || loaded.has(path)) return;
    loaded.add(path);
    for (const { kind, path: next } of output.imports) {
      if (kind === "import-statement") visit(next);
    }
  };
  for (const [path] of entries) visit(path);
  return [...loaded];
}
