import { type ByteStream, collect } from "../base/byte-stream.ts";
import { type Digest, isDigest } from "../oci/digest.ts";

/** What a registry said in the body of a refusal. */
export interface ErrorBody {
  /** Error codes in upper case, in order; empty when the body has none. */
  readonly codes: readonly string[];
  /** The words to show: at most 512 bytes, no control characters, no secrets. */
  readonly words: string;
  /** Everything it said in lower case, to look for known phrases. */
  readonly text: string;
  /** Digests named in details. */
  readonly digests: readonly Digest[];
}

const BODY_BYTES_MAX = 64 * 1024;
const WORDS_BYTES_MAX = 512;
/** Patterns below run over this many characters at most, whatever a registry sends. */
const SHOWN_CHARACTERS_MAX = 4096;
const DIGEST = /sha(?:256:[a-f0-9]{64}|512:[a-f0-9]{128})(?![a-f0-9])/g;

/**
 * Reads the body of a refusal; any body will do: JSON of several shapes, HTML, text, nothing, or a
 * connection that breaks.
 */
export async function readErrorBody(body: ByteStream): Promise<ErrorBody> {
  const raw = await readText(body);
  const json = parse(raw);
  const entries = json === undefined ? [] : entriesOf(json);
  const shown =
    json === undefined
      ? withoutMarkup(raw.slice(0, SHOWN_CHARACTERS_MAX))
      : entries.map(messageOf).join("; ");
  return {
    codes: entries.map((entry) => text(entry["code"]).toUpperCase()).filter((code) => code !== ""),
    words: presentable(shown),
    text: raw.toLowerCase(),
    digests: [...new Set(raw.match(DIGEST) ?? [])].filter(isDigest),
  };
}

type Fields = Readonly<Record<string, unknown>>;

async function readText(body: ByteStream): Promise<string> {
  try {
    const bytes = await collect(body, BODY_BYTES_MAX);
    return bytes === undefined ? "" : Buffer.from(bytes).toString("utf8");
  } catch {
    // The status alone has to do: why the refusal could not be read is of no use to anyone.
    return "";
  }
}

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** The error entries of `{"errors":[…]}`, of one bare error, or of `{"error": …}`. */
function entriesOf(json: unknown): readonly Fields[] {
  if (!isRecord(json)) return [];
  if (Array.isArray(json["errors"])) return json["errors"].filter(isRecord);
  if (isRecord(json["error"])) return [json["error"]];
  return [json];
}

function messageOf(entry: Fields): string {
  const fields = ["message", "error", "details", "detail", "error_description"];
  return fields.map((field) => text(entry[field])).find((value) => value !== "") ?? "";
}

function withoutMarkup(raw: string): string {
  return raw.replace(/<(script|style)[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
}

/** Makes a registry's words fit for logs: one line, short, and without what a request carried. */
function presentable(words: string): string {
  const line = words
    .slice(0, SHOWN_CHARACTERS_MAX)
    .replace(/\p{C}+/gu, " ")
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, "$1 [redacted]")
    .replace(/\?[\w%.~-]+=\S*/g, "?…")
    .replace(/\s+/g, " ")
    .trim();
  const bytes = Buffer.from(line);
  if (bytes.length <= WORDS_BYTES_MAX) return line;
  return bytes
    .subarray(0, WORDS_BYTES_MAX)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
