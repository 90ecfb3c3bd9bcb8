/** A parsed value, or why the text is refused. */
export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

const DEPTH_MAX = 64;

/** Fields whose double or differently-cased spelling would be read one way here and another way elsewhere. */
const GUARDED: ReadonlySet<string> = new Set([
  "schemaversion",
  "mediatype",
  "config",
  "layers",
  "manifests",
  "blobs",
  "subject",
  "artifacttype",
  "digest",
  "size",
  "urls",
]);

/**
 * Parses JSON as `JSON.parse` does, and refuses what parsers disagree about: an object that holds
 * the same key twice, or a known key in another case (Go's decoder takes `Layers` for `layers`).
 */
export function parseStrictJson(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: "it is not JSON" };
  }
  const reason = findAmbiguity(text);
  return reason === undefined ? { ok: true, value } : { ok: false, reason };
}

/** The names of one open object's fields; an array has none. */
type Scope = Set<string> | undefined;

/** Walks valid JSON once, keeping the keys of each open object. */
function findAmbiguity(text: string): string | undefined {
  const open: Scope[] = [];
  for (const [token, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const problem =
      colon === undefined
        ? trackNesting(token, open)
        : checkKey(JSON.parse(token.slice(0, -colon.length)), open.at(-1));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function trackNesting(token: string, open: Scope[]): string | undefined {
  if (token === "}" || token === "]") open.pop();
  else if (token === "{") open.push(new Set());
  else if (token === "[") open.push(undefined);
  return open.length > DEPTH_MAX ? `it is nested deeper than ${DEPTH_MAX}` : undefined;
}

function checkKey(key: string, keys: Scope): string | undefined {
  if (keys === undefined) return undefined;
  if (keys.has(key)) return `key "${key}" stands twice in one object`;
  keys.add(key);
  const folded = key.toLowerCase();
  if (!GUARDED.has(folded)) return undefined;
  const twin = [...keys].find((other) => other !== key && other.toLowerCase() === folded);
  return twin === undefined ? undefined : `keys "${twin}" and "${key}" differ in case only`;
}
