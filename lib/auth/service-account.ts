import { createPrivateKey, sign } from "node:crypto";
import { FerryError } from "../base/error.ts";
import { Secret } from "../base/secret.ts";
import { parseJsonObject, textField } from "./json-object.ts";

/** A Google service account's key file, as far as a token needs it. */
export interface ServiceAccount {
  readonly email: string;
  /** PEM, PKCS #8. */
  readonly privateKey: Secret;
  readonly keyId: string | undefined;
  /** Where assertions are exchanged for access tokens; https. */
  readonly tokenUri: URL;
}

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const ASSERTION_SECONDS = 3600;

/**
 * Reads a service account's key file, given in base64.
 *
 * @throws {FerryError} `SERVICE_ACCOUNT_INVALID` (fixInput), never with its content.
 */
export function parseServiceAccount(encoded: Secret): ServiceAccount {
  const json = parseJsonObject(Buffer.from(encoded.reveal(), "base64").toString());
  const email = json && textField(json, "client_email");
  const privateKey = json && textField(json, "private_key");
  const tokenUri = json && textField(json, "token_uri");
  if (json === undefined || !email || !privateKey || !tokenUri) {
    throw invalidAccount("it needs client_email, private_key and token_uri");
  }
  const url = URL.canParse(tokenUri) ? new URL(tokenUri) : undefined;
  if (url?.protocol !== "https:") throw invalidAccount("its token_uri is not an https URL");
  const keyId = textField(json, "private_key_id");
  return { email, privateKey: new Secret(privateKey), keyId, tokenUri: url };
}

/**
 * Signs the assertion that a service account is asking (RFC 7523; RS256).
 *
 * @throws {FerryError} `SERVICE_ACCOUNT_INVALID` (fixInput) when the key is no RSA key.
 */
export function signAssertion(account: ServiceAccount, nowMs: number): Secret {
  const issuedAt = Math.floor(nowMs / 1000);
  const header = { alg: "RS256", typ: "JWT", ...(account.keyId && { kid: account.keyId }) };
  const claims = {
    iss: account.email,
    scope: SCOPE,
    aud: account.tokenUri.href,
    iat: issuedAt,
    exp: issuedAt + ASSERTION_SECONDS,
  };
  const unsigned = `${encodePart(header)}.${encodePart(claims)}`;
  try {
    const key = createPrivateKey(account.privateKey.reveal());
    const signature = sign("sha256", Buffer.from(unsigned), key).toString("base64url");
    return new Secret(`${unsigned}.${signature}`);
  } catch {
    throw invalidAccount("its private_key cannot be used");
  }
}

function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function invalidAccount(why: string): FerryError {
  return new FerryError(`the password of user _oauth2_ is no service account key: ${why}`, {
    code: "SERVICE_ACCOUNT_INVALID",
    remedy: "fixInput",
    hint: "Give the key file of a service account, encoded in base64.",
  });
}
