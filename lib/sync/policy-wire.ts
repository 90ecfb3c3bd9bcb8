import type { RepositoryName } from "../oci/reference.ts";
import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import { decodeOptions, encodeOptions } from "./options-wire.ts";
import type {
  NamedReference,
  PushedTag,
  SyncPolicy,
  TagPattern,
  TagSelection,
  TargetMapping,
} from "./policy.ts";
import { decodeReference, encodeReference } from "./reference-wire.ts";

const KIND = "a policy";

/** A policy as plain data for the state table; it holds no credentials and no settings. */
export function encodePolicy(policy: SyncPolicy): JsonValue {
  return {
    name: policy.name,
    source: { ...policy.source },
    select: encodeSelection(policy.select),
    targets: policy.targets.map(encodeTarget),
    options: encodeOptions(policy.options),
    pushed: policy.pushed?.map((pushed) => ({ ...pushed })),
  };
}

/**
 * Reads what {@link encodePolicy} made.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodePolicy(value: JsonValue): SyncPolicy {
  const record = new StoredRecord(KIND, value);
  const isPushed = record.optionalJson("pushed") !== undefined;
  return {
    name: record.text("name"),
    source: decodeRepository(record.json("source")),
    select: decodeSelection(record.json("select")),
    targets: record.list("targets").map(decodeTarget),
    options: decodeOptions(KIND, record.json("options")),
    ...(isPushed && { pushed: record.list("pushed").map(decodePushed) }),
  };
}

function decodePushed(value: JsonValue): PushedTag {
  const record = new StoredRecord(KIND, value);
  return { tag: record.text("tag"), digest: record.digest("digest") };
}

function encodeSelection(select: TagSelection): JsonValue {
  if (select.kind === "named") {
    const references = select.references.map(({ reference, tag }) => ({
      reference: encodeReference(reference),
      tag,
    }));
    return { kind: "named", references };
  }
  const { include, exclude, semver, newest } = select;
  return {
    kind: "listed",
    include: include.map((pattern) => ({ ...pattern })),
    exclude: exclude.map((pattern) => ({ ...pattern })),
    semver,
    newest,
  };
}

function decodeSelection(value: JsonValue): TagSelection {
  const record = new StoredRecord(KIND, value);
  const kind = record.oneOf("kind", ["named", "listed"]);
  if (kind === "named") return { kind, references: record.list("references").map(decodeNamed) };
  const semver = record.optionalText("semver");
  const newest = record.optionalNumber("newest");
  return {
    kind,
    include: record.list("include").map(decodePattern),
    exclude: record.list("exclude").map(decodePattern),
    ...(semver !== undefined && { semver }),
    ...(newest !== undefined && { newest }),
  };
}

function decodeNamed(value: JsonValue): NamedReference {
  const record = new StoredRecord(KIND, value);
  const tag = record.optionalText("tag");
  const reference = decodeReference(record.text("reference"));
  return { reference, ...(tag !== undefined && { tag }) };
}

function decodePattern(value: JsonValue): TagPattern {
  const record = new StoredRecord(KIND, value);
  return { kind: record.oneOf("kind", ["glob", "regex"]), pattern: record.text("pattern") };
}

function encodeTarget({ repository, references }: TargetMapping): JsonValue {
  return { repository: { ...repository }, references: references?.map(encodeReference) };
}

function decodeTarget(value: JsonValue): TargetMapping {
  const record = new StoredRecord(KIND, value);
  const repository = decodeRepository(record.json("repository"));
  if (record.optionalJson("references") === undefined) return { repository };
  return { repository, references: record.texts("references").map(decodeReference) };
}

function decodeRepository(value: JsonValue): RepositoryName {
  const record = new StoredRecord(KIND, value);
  return { registry: record.text("registry"), repository: record.text("repository") };
}
