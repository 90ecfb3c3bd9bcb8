import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FILE = "dist/sbom.cdx.json";

/** What some packages write where SPDX has another name. */
const LICENCE_ALIASES: ReadonlyMap<string, string> = new Map([
  ["Apache2", "Apache-2.0"],
  ["Apache License 2.0", "Apache-2.0"],
]);

/** One part of the software (CycloneDX 1.6, *components*). */
export interface SbomComponent {
  readonly type: "library";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  /** `required` is shipped, `optional` may be, `excluded` is for development. */
  readonly scope: "required" | "optional" | "excluded";
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly (
    | { readonly expression: string }
    | { readonly license: { readonly name: string } }
  )[];
}

/** A bill of materials in CycloneDX's JSON. */
export interface Sbom {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: {
    readonly component: {
      readonly type: "application";
      readonly "bom-ref": string;
      readonly name: string;
      readonly version: string;
      readonly purl: string;
    };
  };
  readonly components: readonly SbomComponent[];
}

/**
 * Reads a lock file of npm (`lockfileVersion` 3) as a bill of materials: the same lock gives the
 * same bill, to the byte.
 *
 * @param lockText content of `package-lock.json`.
 */
export function sbomOf(lockText: string): Sbom {
  const lock: unknown = JSON.parse(lockText);
  const packages = isRecord(lock) ? lock["packages"] : undefined;
  if (!isRecord(packages)) throw new Error("this is no package-lock.json of version 3");
  const root = packages[""];
  const name = textOf(root, "name");
  const version = textOf(root, "version");
  const parts = Object.entries(packages)
    .filter(([path]) => path !== "")
    .map(([path, entry]) => componentOf(path, entry));
  // A package may lie in several folders.
  const byRef = new Map(parts.map((part) => [part["bom-ref"], part]));
  for (const part of parts) {
    if (part.scope === "required") byRef.set(part["bom-ref"], part);
  }
  const purl = purlOf(name, version);
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(lockText)}`,
    version: 1,
    metadata: { component: { type: "application", "bom-ref": purl, name, version, purl } },
    components: [...byRef.values()].sort((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1)),
  };
}

function componentOf(path: string, entry: unknown): SbomComponent {
  // Installed under another name, a package tells its own.
  const name = textOf(entry, "name") || path.slice(path.lastIndexOf("node_modules/") + 13);
  const version = textOf(entry, "version");
  const [algorithm, hash = ""] = textOf(entry, "integrity").split("-", 2);
  const written = textOf(entry, "license");
  const license = LICENCE_ALIASES.get(written) ?? written;
  const purl = purlOf(name, version);
  return {
    type: "library",
    "bom-ref": purl,
    ...{ name, version, purl },
    scope: scopeOf(entry),
    ...(algorithm === "sha512" && {
      hashes: [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }],
    }),
    ...(license !== "" && { licenses: [licenceOf(license)] }),
  };
}

/** What is no expression of SPDX's is told as it is written. */
function licenceOf(written: string): NonNullable<SbomComponent["licenses"]>[number] {
  return /^SEE LICEN[CS]E/i.test(written)
    ? { license: { name: written } }
    : { expression: written };
}

function scopeOf(entry: unknown): SbomComponent["scope"] {
  if (!isRecord(entry)) return "required";
  if (entry["dev"] === true || entry["devOptional"] === true) return "excluded";
  return entry["optional"] === true ? "optional" : "required";
}

/** A package of npm as a package URL (package-url specification, *npm*). */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

/** A name-based UUID (RFC 9562, version 8): the bill changes its number with the lock alone. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

function textOf(entry: unknown, field: string): string {
  const value = isRecord(entry) ? entry[field] : undefined;
  return typeof value === "string" ? value : "";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bill = sbomOf(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const file = join(ROOT, FILE);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`${FILE}: ${bill.components.length} components`);
}
