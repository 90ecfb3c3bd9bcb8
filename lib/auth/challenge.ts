import type { HttpHeaders } from "../http/transport.ts";

/** One way to authenticate that a registry offers. */
export interface Challenge {
  /** Lower case: `bearer`, `basic`, or one we do not know. */
  readonly scheme: string;
  /** Names in lower case; of a name given twice the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const SCHEME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const SEPARATORS = /[\s,]+/y;
const PARAMETER =
  /\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^\s,"]*))/y;
const TOKEN68 = /\s+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;
const UP_TO_COMMA = /[^,]*/y;

/**
 * Reads every challenge of a 401, in order (RFC 9110, 11.6.1): several headers, several
 * challenges in one header. A token68 is skipped, since no scheme we answer has one.
 */
export function parseChallenges(headers: HttpHeaders): readonly Challenge[] {
  return headers.all("www-authenticate").flatMap(parseHeader);
}

function parseHeader(text: string): Challenge[] {
  const challenges: Challenge[] = [];
  let at = skip(SEPARATORS, text, 0);
  while (at < text.length) {
    const scheme = matchAt(SCHEME, text, at)?.[0];
    if (scheme === undefined) {
      at = skip(UP_TO_COMMA, text, at);
    } else {
      const { parameters, end } = parseParameters(text, at + scheme.length);
      challenges.push({ scheme: scheme.toLowerCase(), parameters });
      at = end;
    }
    at = skip(SEPARATORS, text, at);
  }
  return challenges;
}

function parseParameters(text: string, start: number) {
  const parameters = new Map<string, string>();
  const token68 = matchAt(TOKEN68, text, start);
  let end = start + (token68?.[0].length ?? 0);
  let next = token68 ? end : skip(SEPARATORS, text, end);
  for (
    let found = matchAt(PARAMETER, text, next);
    found !== undefined;
    found = matchAt(PARAMETER, text, next)
  ) {
    const [whole, name = "", quoted, plain = ""] = found;
    const key = name.toLowerCase();
    const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1");
    if (!parameters.has(key)) parameters.set(key, value);
    end = next + whole.length;
    next = skip(SEPARATORS, text, end);
  }
  return { parameters, end };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function skip(pattern: RegExp, text: string, at: number): number {
  return at + (matchAt(pattern, text, at)?.[0].length ?? 0);
}
