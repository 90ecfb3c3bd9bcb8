import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** What protobufjs gives each message besides `create`, `encode` and `decode`; nobody calls it. */
const METHOD =
  /^( +)(?:\w+\.)+(?:encodeDelimited|decodeDelimited|verify|fromObject|toObject|toJSON) = function/;
/** A message or an enumeration; only the latter begins with its values. */
const TYPE = /^( {8})proto\.\w+ = \(function\(\) \{$/;
const VALUES = /^ +var valuesById = /;
/** The search index has a namespace of its own, the last one; its enumerations are read on load. */
const SEARCH = /^ {4}search\.proto = \(function\(\) \{$/;

/**
 * Keeps of the compiled messages of Tablestore's client what rows need: three of nine methods, and
 * of the search index nothing but its enumerations. The rest is two thirds of that client.
 */
export const slimTablestore: Plugin = {
  name: "slim-tablestore",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]tablestore_compiled_proto\.js$/ }, async ({ path }) => ({
      loader: "js",
      contents: slim(await readFile(path, "utf8"), path),
    }));
  },
};

/** @throws when the client is no longer generated in the form that this relies on. */
function slim(generated: string, path: string): string {
  const lines = generated.split(/\r?\n/);
  const kept: string[] = [];
  let isSearch = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    isSearch ||= SEARCH.test(line);
    const end = endOfUnused(line, lines[at + 1] ?? "", isSearch);
    if (end === undefined) {
      kept.push(line);
      continue;
    }
    at = lines.indexOf(end, at);
    if (at === -1) throw new Error(`${path}: ${line.trim()} does not end as expected`);
  }
  if (!isSearch) throw new Error(`${path} has no namespace of the search index as expected`);
  return kept.join("\n");
}

/** @returns the line that ends what begins here and is not used. */
function endOfUnused(line: string, next: string, isSearch: boolean): string | undefined {
  const [, methodIndent] = METHOD.exec(line) ?? [];
  if (methodIndent !== undefined) return `${methodIndent}};`;
  const [, typeIndent] = TYPE.exec(line) ?? [];
  if (typeIndent === undefined || !isSearch || VALUES.test(next)) return undefined;
  return `${typeIndent}})();`;
}
