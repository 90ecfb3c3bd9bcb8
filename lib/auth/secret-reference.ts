import { FerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";
import type { Environment } from "./docker-config-files.ts";
import { parseJsonObject, textField } from "./json-object.ts";

/** How to look a secret up. */
export interface ResolveOptions {
  /** Asks anew where an answer was remembered: the last one was refused. */
  readonly fresh?: boolean;
}

/** Gives the secret that a reference such as `env:NAME` names. */
export type ResolveSecret = (reference: string, options?: ResolveOptions) => Promise<Secret>;

/**
 * Reads a secret's whole text from a cloud's vault.
 *
 * @throws {FerryError} as `cloudRefusal`, and what the vault has to say of names it does not know.
 */
export type ReadVault = (name: string, options: ResolveOptions) => Promise<Secret>;

/** A file's text and its permission bits. */
export interface SecretFile {
  readonly text: string;
  readonly mode: number;
}

/** Where references lead. */
export interface SecretSources {
  readonly env: Environment;
  readonly readFile: (path: string) => Promise<SecretFile>;
  /** By scheme, such as `aws-sm`; after a `#` in the name stands a field of a secret in JSON. */
  readonly vaults?: ReadonlyMap<string, ReadVault>;
}

const OTHERS_MAY_USE = 0o077;

/**
 * Makes the resolver of `env:NAME`, `file:PATH` and the clouds' vaults. Variables and files are
 * read anew each time, so a rotated secret is picked up. A line break at the end of a file is not
 * part of the secret.
 *
 * @throws {FerryError} from the resolver, never with a value: `ENV_UNSET`, `SECRET_UNRESOLVED`,
 * `SECRET_FILE_MODE`, `SECRET_SCHEME_UNKNOWN` (all fixInput), and what the vaults throw.
 */
export function createSecretResolver(sources: SecretSources): ResolveSecret {
  const { env, readFile, vaults = new Map<string, ReadVault>() } = sources;
  const schemes: ReadonlyMap<string, ResolveSecret> = new Map([
    ["env", async (name) => fromEnv(env, name)],
    ["file", async (path) => fromFile(await openFile(readFile, path), path)],
    ...[...vaults].map(([scheme, read]): [string, ResolveSecret] => [
      scheme,
      (name, options = {}) => fromVault({ scheme, read }, name, options),
    ]),
  ]);
  return async (reference, options) => {
    const colon = reference.indexOf(":");
    const resolve = schemes.get(reference.slice(0, Math.max(colon, 0)));
    // What has no known scheme may be the secret itself, so it is not shown.
    if (resolve === undefined) throw unknownScheme([...schemes.keys()]);
    return resolve(reference.slice(colon + 1), options);
  };
}

function fromEnv(env: Environment, name: string): Secret {
  const value = env[name];
  if (value) return new Secret(value);
  throw new FerryError(`env:${name} cannot be resolved: the variable is not set`, {
    code: "ENV_UNSET",
    remedy: "fixInput",
    hint: `Set ${name} to the secret.`,
  });
}

async function openFile(readFile: SecretSources["readFile"], path: string): Promise<SecretFile> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new FerryError(`file:${path} cannot be resolved: the file cannot be read`, {
      code: "SECRET_UNRESOLVED",
      remedy: "fixInput",
      hint: `Check that ${path} exists and that this user may read it.`,
      cause: error,
    });
  }
}

function fromFile({ text, mode }: SecretFile, path: string): Secret {
  if ((mode & OTHERS_MAY_USE) !== 0) {
    throw new FerryError(`file:${path} is refused: others may use the file`, {
      code: "SECRET_FILE_MODE",
      remedy: "fixInput",
      hint: `Run: chmod 600 ${path}`,
    });
  }
  const value = text.replace(/\r?\n$/, "");
  if (value !== "") return new Secret(value);
  throw new FerryError(`file:${path} cannot be resolved: the file is empty`, {
    code: "SECRET_UNRESOLVED",
    remedy: "fixInput",
    hint: `Write the secret into ${path}.`,
  });
}

/** A vault's secret, or with `#field` one text in the JSON object it is. */
async function fromVault(
  { scheme, read }: { readonly scheme: string; readonly read: ReadVault },
  name: string,
  options: ResolveOptions,
): Promise<Secret> {
  const hash = name.lastIndexOf("#");
  if (hash < 0) return read(name, options);
  const field = name.slice(hash + 1);
  const whole = await read(name.slice(0, hash), options);
  const object = parseJsonObject(whole.reveal());
  const value = object && textField(object, field);
  if (value !== undefined) return new Secret(value);
  const why = object === undefined ? "it is no JSON object" : `it has no text "${field}"`;
  throw new FerryError(`${scheme}:${name} cannot be resolved: ${why}`, {
    code: "SECRET_UNRESOLVED",
    remedy: "fixInput",
    hint: "After # stands the name of a field of the secret, whose value is text.",
  });
}

/** The error `SECRET_UNRESOLVED` of a reference to something that holds no text. */
export function withoutText(reference: string): FerryError {
  return new FerryError(`${reference} cannot be resolved: it holds no text`, {
    code: "SECRET_UNRESOLVED",
    remedy: "fixInput",
    hint: "Store the secret as text, not as bytes.",
  });
}

function unknownScheme(known: readonly string[]): FerryError {
  const list = known.map((scheme) => `${scheme}:`).join(", ");
  return new FerryError("a secret reference has no known scheme", {
    code: "SECRET_SCHEME_UNKNOWN",
    remedy: "fixInput",
    hint: `Write it as one of ${list}, for example env:REGISTRY_PASSWORD.`,
  });
}
