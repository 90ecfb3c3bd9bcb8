import { FerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";
import { DOCKER_HUB } from "../oci/reference.ts";
import type { Credential } from "./credential.ts";
import type { HelperCall, HelperOutcome, RunHelper } from "./credential-helper.ts";
import { parseJsonObject, textField } from "./json-object.ts";
import { ownWords } from "./own-words.ts";

/** A user and password to keep. */
export interface Login {
  readonly username: string;
  readonly password: Secret;
}

/** How docker names a registry in its files and to helpers: by host, Docker Hub by an old URL. */
export function serverName(registry: string): string {
  return registry === DOCKER_HUB ? "https://index.docker.io/v1/" : registry;
}

const NAME = /^[a-z0-9-]+$/;
const NOT_FOUND = /credentials not found|no credentials/i;
/** The user name by which a helper says that its secret is an identity token. */
const TOKEN_USER = "<token>";

/** A helper by name, and how to run it. */
export interface NamedHelper {
  readonly name: string;
  readonly run: RunHelper;
}

/**
 * Asks a helper for a registry's credential; `undefined` when it has none.
 *
 * @throws {FerryError} `HELPER_NAME_INVALID`, `HELPER_MISSING`, `HELPER_FAILED` (all fixInput).
 */
export async function getFromHelper(
  helper: NamedHelper,
  registry: string,
): Promise<Credential | undefined> {
  const outcome = await call(helper, { action: "get", input: serverName(registry) });
  if (!outcome.ok) return notFoundOrThrow(helper, outcome);
  const answer = parseJsonObject(outcome.output);
  const username = answer && textField(answer, "Username");
  const secret = answer && textField(answer, "Secret");
  if (username === undefined || secret === undefined) {
    throw failed(helper, "its answer holds no user and secret");
  }
  return toCredential(username, secret);
}

/** Hands a credential to a helper to keep; errors as {@link getFromHelper}. */
export async function storeInHelper(
  helper: NamedHelper,
  registry: string,
  { username, password }: Login,
): Promise<void> {
  const input = JSON.stringify({
    ServerURL: serverName(registry),
    Username: username,
    Secret: password.reveal(),
  });
  const outcome = await call(helper, { action: "store", input });
  if (!outcome.ok) throw failed(helper, ownWords(outcome.output, [password]));
}

/** Makes a helper forget a registry; errors as {@link getFromHelper}. */
export async function eraseFromHelper(helper: NamedHelper, registry: string): Promise<void> {
  const outcome = await call(helper, { action: "erase", input: serverName(registry) });
  if (!outcome.ok) notFoundOrThrow(helper, outcome);
}

/** Makes a credential of a user and a secret, of which docker keeps identity tokens as well. */
export function toCredential(username: string, secret: string): Credential {
  const value = new Secret(secret);
  return username === TOKEN_USER
    ? { kind: "identityToken", token: value }
    : { kind: "basic", username, password: value };
}

async function call(
  { name, run }: NamedHelper,
  request: Omit<HelperCall, "name">,
): Promise<HelperOutcome> {
  if (NAME.test(name)) return run({ ...request, name });
  throw new FerryError(`"${name}" is not the name of a credential helper`, {
    code: "HELPER_NAME_INVALID",
    remedy: "fixInput",
    hint: "credsStore and credHelpers take what follows docker-credential-, such as ecr-login.",
  });
}

function notFoundOrThrow(helper: NamedHelper, { output }: HelperOutcome): undefined {
  if (NOT_FOUND.test(output)) return undefined;
  throw failed(helper, ownWords(output));
}

function failed({ name }: NamedHelper, why: string): FerryError {
  return new FerryError(`docker-credential-${name} failed: ${why || "it gave no reason"}`, {
    code: "HELPER_FAILED",
    remedy: "fixInput",
    hint: `Run docker-credential-${name} list to see whether the helper works by itself.`,
  });
}
