import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * Licence texts of the packages with code in a bundle.
 *
 * @param inputs paths of the bundle's source files, relative to `root`.
 */
export function licenceNotices(root: string, inputs: Iterable<string>): string {
  const folders = [...inputs].flatMap((input) => {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    return folder === undefined ? [] : [folder];
  });
  return [...new Set(folders)]
    .sort()
    .map((folder) => noticeOf(join(root, folder)))
    .join(`\n${"-".repeat(78)}\n\n`);
}

/** Name, version and licence of the package in a folder. */
export function readPackage(folder: string): Package {
  const content: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const field = (key: string): string => {
    const value = isRecord(content) ? content[key] : undefined;
    return typeof value === "string" ? value : "unknown";
  };
  return { name: field("name"), version: field("version"), license: field("license") };
}

function noticeOf(folder: string): string {
  const { name, version, license } = readPackage(folder);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
