import { FerryError } from "../base/error.ts";
import { isDigest } from "../oci/digest.ts";
import type { ManifestReference } from "../oci/reference.ts";
import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import type { CopyOptions } from "./policy.ts";
import type { ImageLocation, TagTask, TaskTarget } from "./task.ts";

const KIND = "a task";

/** A task as plain data for the state table. */
export function encodeTask(task: TagTask): JsonValue {
  const { os, architecture, platforms } = task.options.platforms;
  return {
    id: task.id,
    policy: task.policy,
    source: encodeLocation(task.source),
    named: task.named,
    targets: task.targets.map(encodeTarget),
    options: { ...task.options, platforms: { os, architecture, platforms } },
    ...(task.sourceDigest !== undefined && { sourceDigest: task.sourceDigest }),
  };
}

/**
 * Reads a task that {@link encodeTask} made.
 *
 * @throws {FerryError} `STATE_ROW_INVALID`.
 */
export function decodeTask(value: JsonValue): TagTask {
  const record = new StoredRecord(KIND, value);
  return {
    id: record.text("id"),
    policy: record.text("policy"),
    source: decodeLocation(record.json("source")),
    named: record.flag("named"),
    targets: listOf(record.json("targets")).map(decodeTarget),
    options: decodeOptions(record.json("options")),
    ...(record.optionalText("sourceDigest") !== undefined && {
      sourceDigest: record.digest("sourceDigest"),
    }),
  };
}

function encodeLocation({ repository, reference }: ImageLocation) {
  const { registry, repository: path } = repository;
  const text = reference.kind === "tag" ? reference.tag : reference.digest;
  return { registry, repository: path, reference: text };
}

function encodeTarget(target: TaskTarget): JsonValue {
  const { repositoryExists, recorded, digest } = target;
  const location = encodeLocation(target);
  return { ...location, repositoryExists, recorded, ...(digest !== undefined && { digest }) };
}

function decodeLocation(value: JsonValue): ImageLocation {
  const record = new StoredRecord(KIND, value);
  const text = record.text("reference");
  const reference: ManifestReference = isDigest(text)
    ? { kind: "digest", digest: text }
    : { kind: "tag", tag: text };
  const repository = { registry: record.text("registry"), repository: record.text("repository") };
  return { repository, reference };
}

function decodeTarget(value: JsonValue): TaskTarget {
  const record = new StoredRecord(KIND, value);
  const target = {
    ...decodeLocation(value),
    repositoryExists: record.flag("repositoryExists"),
    recorded: record.flag("recorded"),
  };
  const digest = record.optionalJson("digest");
  if (digest === undefined) return target;
  return { ...target, digest: digest === null ? null : record.digest("digest") };
}

function decodeOptions(value: JsonValue): CopyOptions {
  const record = new StoredRecord(KIND, value);
  const platforms = new StoredRecord(KIND, record.json("platforms"));
  return {
    platforms: {
      os: texts(platforms.json("os")),
      architecture: texts(platforms.json("architecture")),
      platforms: texts(platforms.json("platforms")),
    },
    platformMode: record.oneOf("platformMode", ["rewrite", "sparse"]),
    referrers: record.flag("referrers"),
    force: record.flag("force"),
    foreignLayers: record.oneOf("foreignLayers", ["skip", "copy"]),
  };
}

function texts(value: JsonValue): string[] {
  return listOf(value).map((entry) => (typeof entry === "string" ? entry : notAList()));
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : notAList();
}

function notAList(): never {
  throw new FerryError(`the stored record of ${KIND} has no usable list`, {
    code: "STATE_ROW_INVALID",
    remedy: "giveUp",
    hint: "Another version of imageferry may have written it; start with fresh state.",
  });
}
