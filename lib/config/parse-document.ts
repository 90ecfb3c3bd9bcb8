import { Composer, LineCounter, Parser, type YAMLError } from "yaml";
import type { FerryError } from "../base/error.ts";
import { buildNode } from "./build-node.ts";
import { configError, formatPlace, type Position } from "./config-error.ts";
import type { ConfigNode } from "./config-node.ts";
import { deepTokenOffset } from "./deep-token.ts";
import { stripJsonComments } from "./strip-json-comments.ts";

/** A parsed configuration file. */
export interface ConfigDocument {
  /** Path as given. */
  readonly file: string;
  readonly syntax: Syntax;
  readonly root: ConfigNode;
}

/** How a file is written. */
export type Syntax = "json" | "yaml";

const FILE_BYTES_MAX = 1024 * 1024;
/** Far more than any file has, and far less than a stack takes. */
const DEPTH_MAX = 500;

/** The reader's own rule on key length; a rule's list of tags may well be longer. */
const HARMLESS = "KEY_OVER_1024_CHARS";

/**
 * Parses the text of a configuration file.
 *
 * @param file name for messages.
 * @throws {FerryError} `CONFIG_SYNTAX`, `CONFIG_DUPLICATE_KEY`, both with line and column.
 */
export function parseDocument(file: string, text: string, syntax: Syntax): ConfigDocument {
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) {
    throw configError("CONFIG_SYNTAX", `file ${file} is larger than ${FILE_BYTES_MAX} bytes`);
  }
  const lines = new LineCounter();
  const source = syntax === "json" ? stripJsonComments(text) : text;
  const tokens = [...new Parser(lines.addNewLine).parse(source)];
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntaxError = (at: Position, why: string): FerryError =>
    configError("CONFIG_SYNTAX", `${formatPlace(file, at)}: ${why}`);

  const deep = deepTokenOffset(tokens, DEPTH_MAX);
  if (deep !== undefined) throw syntaxError(positionAt(deep), `nested deeper than ${DEPTH_MAX}`);
  const composer = new Composer({
    ...(syntax === "json"
      ? { version: "1.2" as const, schema: "json" }
      : { version: "1.1" as const }),
    prettyErrors: false,
  });
  const [document, another] = composer.compose(tokens, true, source.length);
  if (document === undefined) throw syntaxError({ line: 1, column: 1 }, "the file is empty");
  if (another !== undefined) {
    throw syntaxError(positionAt(another.range[0]), "a second document begins; there may be one");
  }
  const problem = document.errors.find((error) => error.code !== HARMLESS);
  if (problem) throw parseError(problem, formatPlace(file, positionAt(problem.pos[0])));
  if (document.contents === null) throw syntaxError({ line: 1, column: 1 }, "the file is empty");
  return { file, syntax, root: buildNode({ document, positionAt, syntaxError }) };
}

function parseError(problem: YAMLError, place: string): FerryError {
  if (problem.code === "DUPLICATE_KEY") {
    return configError(
      "CONFIG_DUPLICATE_KEY",
      `${place}: the same key stands twice in one map`,
      "Merge the two entries: one of them would be lost. Several targets go into a list.",
    );
  }
  // The parser quotes what it stumbled over, which may be a password.
  const words = problem.message.replace(/:?\s*"[\s\S]*$/, "");
  return configError("CONFIG_SYNTAX", `${place}: ${words}`);
}
