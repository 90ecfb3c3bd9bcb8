import { fileURLToPath } from "node:url";

const BUILT = fileURLToPath(new URL("../../dist/imageferry.cjs", import.meta.url));

/** The built command line that is tested: the one `IMAGEFERRY_BUNDLE` names, else the one here. */
export function testedBundle(): string {
  return process.env["IMAGEFERRY_BUNDLE"] ?? BUILT;
}
