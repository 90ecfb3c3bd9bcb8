import type { FerryError } from "../base/error.ts";
import { configError } from "./config-error.ts";

/** Environment variables by name, handed in. */
export type Environment = Readonly<Record<string, string | undefined>>;

const BRACED = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const BRACED_OR_BARE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;
const WHOLLY_BARE = /^\$([A-Za-z_][A-Za-z0-9_]*)$/;

/**
 * Expands `${NAME}` only: for text in which a bare `$` has another meaning, as in expressions.
 *
 * @throws {FerryError} `ENV_UNSET` naming the variable.
 */
export function expandBraced(text: string, env: Environment): string {
  return text.replace(BRACED, (_match, name: string) => variable(name, env));
}

/**
 * Expands `${NAME}` and `$NAME` anywhere, as image-syncer does in destinations.
 *
 * @throws {FerryError} `ENV_UNSET` naming the variable.
 */
export function expandAll(text: string, env: Environment): string {
  return text.replace(BRACED_OR_BARE, (_match, braced?: string, bare?: string) =>
    variable(braced ?? bare ?? "", env),
  );
}

/**
 * Expands `${NAME}` anywhere and `$NAME` when it is the whole text; any other `$` stays, for it
 * may be part of a password.
 *
 * @throws {FerryError} `ENV_UNSET`; a bare name is left out of the message, for it may be a
 * password that happens to start with `$`.
 */
export function expandCredential(text: string, env: Environment): string {
  const bare = WHOLLY_BARE.exec(text)?.[1];
  if (bare === undefined) return expandBraced(text, env);
  const value = env[bare];
  if (value === undefined) {
    throw unset(
      "a variable a credential is read from",
      "Set it, or set disableExpandEnv: true on the entry when the $ is part of the value.",
    );
  }
  return value;
}

/**
 * The value of `env:NAME`; any other text stays as it is.
 *
 * @throws {FerryError} `ENV_UNSET` naming the variable.
 */
export function expandReference(text: string, env: Environment): string {
  return text.startsWith("env:") ? variable(text.slice("env:".length), env) : text;
}

function variable(name: string, env: Environment): string {
  const value = env[name];
  if (value === undefined) throw unset(name, `Set ${name}.`);
  return value;
}

function unset(what: string, hint: string): FerryError {
  return configError("ENV_UNSET", `environment: ${what} is not set`, hint);
}
