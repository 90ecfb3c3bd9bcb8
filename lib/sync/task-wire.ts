import type { JsonValue } from "../state/state-table.ts";
import { StoredRecord } from "../state/stored-record.ts";
import { decodeOptions, encodeOptions } from "./options-wire.ts";
import { decodeReference, encodeReference } from "./reference-wire.ts";
import type { ImageLocation, TagTask, TaskTarget } from "./task.ts";

const KIND = "a task";

/** A task as plain data for the state table. */
export function encodeTask(task: TagTask): JsonValue {
  return {
    id: task.id,
    policy: task.policy,
    source: encodeLocation(task.source),
    named: task.named,
    targets: task.targets.map(encodeTarget),
    options: encodeOptions(task.options),
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
    targets: record.list("targets").map(decodeTarget),
    options: decodeOptions(KIND, record.json("options")),
    ...(record.optionalText("sourceDigest") !== undefined && {
      sourceDigest: record.digest("sourceDigest"),
    }),
  };
}

function encodeLocation({ repository, reference }: ImageLocation) {
  return { ...repository, reference: encodeReference(reference) };
}

function encodeTarget(target: TaskTarget): JsonValue {
  const { repositoryExists, recorded, digest } = target;
  const location = encodeLocation(target);
  return { ...location, repositoryExists, recorded, ...(digest !== undefined && { digest }) };
}

function decodeLocation(value: JsonValue): ImageLocation {
  const record = new StoredRecord(KIND, value);
  const repository = { registry: record.text("registry"), repository: record.text("repository") };
  return { repository, reference: decodeReference(record.text("reference")) };
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
