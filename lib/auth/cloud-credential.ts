import { FerryError } from "../base/error.ts";
import type { ConfiguredCredential, SecretSource } from "./configured-keychain.ts";
import type { Credential } from "./credential.ts";

/** Clouds that hand out registry passwords for the keys of an account. */
export const CLOUDS = ["ecr", "acr", "swr"] as const;

/** One of {@link CLOUDS}. */
export type Cloud = (typeof CLOUDS)[number];

/** A credential of the configuration that its cloud is asked for. */
export interface CloudCredential {
  readonly from: Cloud;
  /** Keys to ask with; left out: those of the function's role or of the environment. */
  readonly keys?: { readonly id: string; readonly secret: SecretSource };
}

/** What a cloud handed out. */
export interface CloudLogin {
  readonly credential: Credential;
  /** Wall clock, milliseconds; `Infinity` when it works as long as the keys do. */
  readonly expiresAtMs: number;
}

/** Tells whether a credential of the configuration has to be asked for at a cloud. */
export function isCloudCredential(credential: ConfiguredCredential): credential is CloudCredential {
  return "from" in credential && credential.from !== "docker-config";
}

/** The error of an answer that holds no password. */
export function noPassword(asked: string): FerryError {
  return new FerryError(`${asked}: the answer holds no password`, {
    code: "CLOUD_REFUSED",
    remedy: "giveUp",
  });
}
