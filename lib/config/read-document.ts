import { configError } from "./config-error.ts";
import type { ConfigDocument, Syntax } from "./parse-document.ts";

/** Reads a file's text; `undefined` when there is no such file. `-` is standard input. */
export type ReadText = (path: string) => Promise<string | undefined>;

const STANDARD_INPUT = "-";

/**
 * Reads a YAML 1.1 or JSON file, comments, trailing commas and a byte order mark included.
 *
 * @throws {FerryError} `CONFIG_EXTENSION`, `CONFIG_NOT_FOUND`, `CONFIG_SYNTAX`,
 * `CONFIG_DUPLICATE_KEY`, and what `read` throws.
 */
export async function readDocument(file: string, read: ReadText): Promise<ConfigDocument> {
  const named = syntaxOf(file);
  const text = await read(file);
  if (text === undefined) {
    throw configError("CONFIG_NOT_FOUND", `file ${file} does not exist`, "Check the path.");
  }
  // Brings the parser of YAML, which runs without any file do without.
  const { parseDocument } = await import("./parse-document.ts");
  return parseDocument(file, text, named ?? guessSyntax(text));
}

function syntaxOf(file: string): Syntax | undefined {
  if (file === STANDARD_INPUT) return undefined;
  const extension = /\.(ya?ml|json)$/i.exec(file)?.[1]?.toLowerCase();
  if (extension !== undefined) return extension === "json" ? "json" : "yaml";
  throw configError(
    "CONFIG_EXTENSION",
    `file ${file} is neither .yaml, .yml nor .json`,
    "Rename it after its format.",
  );
}

function guessSyntax(text: string): Syntax {
  return /^\uFEFF?\s*[{[]/.test(text) ? "json" : "yaml";
}
