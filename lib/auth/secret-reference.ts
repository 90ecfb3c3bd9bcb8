import { FerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";
import type { Environment } from "./docker-config-files.ts";

/** Gives the secret that a reference such as `env:NAME` names. */
export type ResolveSecret = (reference: string) => Promise<Secret>;

/** A file's text and its permission bits. */
export interface SecretFile {
  readonly text: string;
  readonly mode: number;
}

/** Where references lead. */
export interface SecretSources {
  readonly env: Environment;
  readonly readFile: (path: string) => Promise<SecretFile>;
}

const OTHERS_MAY_USE = 0o077;

/**
 * Makes the resolver of `env:NAME` and `file:PATH`. Values are read anew each time, so a rotated
 * secret is picked up. A line break at the end of a file is not part of the secret.
 *
 * @throws {FerryError} from the resolver, all fixInput, never with a value: `ENV_UNSET`,
 * `SECRET_UNRESOLVED`, `SECRET_FILE_MODE`, `SECRET_SCHEME_UNKNOWN`.
 */
export function createSecretResolver({ env, readFile }: SecretSources): ResolveSecret {
  const schemes: ReadonlyMap<string, ResolveSecret> = new Map([
    ["env", async (name) => fromEnv(env, name)],
    ["file", async (path) => fromFile(await openFile(readFile, path), path)],
  ]);
  return async (reference) => {
    const colon = reference.indexOf(":");
    const resolve = schemes.get(reference.slice(0, Math.max(colon, 0)));
    // What has no known scheme may be the secret itself, so it is not shown.
    if (resolve === undefined) throw unknownScheme([...schemes.keys()]);
    return resolve(reference.slice(colon + 1));
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

function unknownScheme(known: readonly string[]): FerryError {
  const list = known.map((scheme) => `${scheme}:`).join(", ");
  return new FerryError("a secret reference has no known scheme", {
    code: "SECRET_SCHEME_UNKNOWN",
    remedy: "fixInput",
    hint: `Write it as one of ${list}, for example env:REGISTRY_PASSWORD.`,
  });
}
