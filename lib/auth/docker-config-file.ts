import { FerryError } from "../base/error.ts";
import type { RepositoryName } from "../oci/reference.ts";
import { isJsonObject, type JsonObject, parseJsonObject, textField } from "./json-object.ts";
import { longestMatch } from "./key-match.ts";

/** One docker config, wherever it came from. */
export interface ConfigSource {
  /** Its path, or the variable that holds it; for messages. */
  readonly label: string;
  readonly text: string;
}

/** A docker `config.json` or podman `auth.json`, read (docker/cli, *Configuration files*). */
export interface DockerConfig {
  readonly label: string;
  /** Everything the file holds, ours or not. */
  readonly content: JsonObject;
  /** Entries by registry, or by registry and path (containers-auth.json(5)). */
  readonly auths: ReadonlyMap<string, JsonObject>;
  readonly credsStore: string | undefined;
  readonly credHelpers: ReadonlyMap<string, string>;
}

/**
 * Reads a docker config.
 *
 * @throws {FerryError} `DOCKER_CONFIG_INVALID` (fixInput), naming the source.
 */
export function parseDockerConfig({ label, text }: ConfigSource): DockerConfig {
  const content = text.trim() === "" ? {} : parseJsonObject(text);
  if (content === undefined) throw invalidDockerConfig(label, "is not a JSON object");
  return {
    label,
    content,
    auths: fieldsOf(content["auths"], (value) => (isJsonObject(value) ? value : undefined)),
    credsStore: textField(content, "credsStore"),
    credHelpers: fieldsOf(content["credHelpers"], (value) =>
      typeof value === "string" && value !== "" ? value : undefined,
    ),
  };
}

/** The helper that keeps a registry's credentials: its own, else the one for all. */
export function helperNameFor(config: DockerConfig, name: RepositoryName): string | undefined {
  return longestMatch(config.credHelpers, name) ?? config.credsStore;
}

/** The error for a config that cannot be used. */
export function invalidDockerConfig(label: string, why: string): FerryError {
  return new FerryError(`${label} ${why}`, {
    code: "DOCKER_CONFIG_INVALID",
    remedy: "fixInput",
    hint: `Mend ${label}, or log in again with: imageferry login HOST`,
  });
}

function fieldsOf<T>(
  value: unknown,
  read: (value: unknown) => T | undefined,
): ReadonlyMap<string, T> {
  const fields = new Map<string, T>();
  for (const [key, field] of Object.entries(isJsonObject(value) ? value : {})) {
    const wanted = read(field);
    if (wanted !== undefined) fields.set(key, wanted);
  }
  return fields;
}
