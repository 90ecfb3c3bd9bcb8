import { FerryError } from "../base/error.ts";
import type { Credential } from "./credential.ts";

/** Whose credentials were refused, and how. */
export interface CredentialsRefusal {
  readonly registry: string;
  readonly repository: string;
  readonly credential: Credential | undefined;
  /** A configured key of another registry that may have been meant for this one. */
  readonly nearestKey: string | undefined;
  /** The refusal itself, when a token server spoke it. */
  readonly cause?: FerryError;
}

/** The error `CREDENTIALS_REFUSED` (authenticate): which registry, which user, where to look. */
export function credentialsRefused(refusal: CredentialsRefusal): FerryError {
  const { registry, repository, credential, nearestKey, cause } = refusal;
  const name = repository === "" ? registry : `${registry}/${repository}`;
  const what =
    credential === undefined
      ? `${name} wants credentials and none were found`
      : `${registry} refused ${describe(credential)} for ${name}`;
  const slip =
    nearestKey === undefined
      ? ""
      : `No auth entry matches ${registry}; the nearest key is "${nearestKey}". `;
  return new FerryError(cause === undefined ? what : `${what} (${cause.message})`, {
    code: "CREDENTIALS_REFUSED",
    remedy: "authenticate",
    status: 401,
    hint:
      `${slip}Check the credentials for ${registry} in the configuration, in DOCKER_AUTH_CONFIG ` +
      `or in the docker config file, or run: imageferry login ${registry}`,
    ...(cause !== undefined && { cause }),
  });
}

function describe(credential: Credential): string {
  if (credential.kind === "basic") return `the password of user "${credential.username}"`;
  return credential.kind === "identityToken" ? "the identity token" : "the registry token";
}
