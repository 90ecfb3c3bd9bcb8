import type { Secret } from "../base/secret.ts";
import { SingleFlight } from "../base/single-flight.ts";
import { abortable } from "./abortable.ts";
import type { Credential } from "./credential.ts";
import { CREDENTIAL_KEPT_MS } from "./credential-lookup.ts";
import type { Keychain, KeychainOptions } from "./keychain.ts";
import { parseServiceAccount, signAssertion } from "./service-account.ts";
import { askTokenServer, type TokenWire } from "./token-answer.ts";
import { readAnswer } from "./token-exchange.ts";
import type { IssuedToken } from "./token-reply.ts";
import { formPost } from "./token-request.ts";

const GOOGLE = /(?:^|\.)(?:gcr\.io|pkg\.dev)$/;
const KEY_USER = "_oauth2_";
const TOKEN_USER = "oauth2accesstoken";

/**
 * Turns what a keychain has for user `_oauth2_` on Google's registries (gcr.io, pkg.dev), a
 * service account's key in base64, into user `oauth2accesstoken` with an access token
 * (image-syncer's convention). Everything else passes through.
 *
 * @throws {FerryError} from the keychain: `SERVICE_ACCOUNT_INVALID` (fixInput), and the errors of
 * `exchangeToken`.
 */
export function gcrOauthKeychain(keychain: Keychain, wire: TokenWire): Keychain {
  const tokens = new Map<string, IssuedToken>();
  const issuing = new SingleFlight<IssuedToken>();
  const issue = async (key: Secret) => {
    const issued = await accessToken(key, wire);
    tokens.set(key.reveal(), issued);
    return issued;
  };
  const tokenOf = async (key: Secret, { fresh, signal }: KeychainOptions) => {
    const held = fresh ? undefined : tokens.get(key.reveal());
    // Whoever asks may keep the answer for a while without asking again.
    const neededUntilMs = wire.clock.now() + CREDENTIAL_KEPT_MS;
    if (held !== undefined && neededUntilMs < held.renewAtMs) return held;
    return abortable(
      issuing.run(key.reveal(), () => issue(key)),
      signal,
    );
  };
  return {
    async credentialFor(name, options = {}): Promise<Credential | undefined> {
      const credential = await keychain.credentialFor(name, options);
      const isKey = credential?.kind === "basic" && credential.username === KEY_USER;
      if (!isKey || !GOOGLE.test(name.registry)) return credential;
      const token = await tokenOf(credential.password, options);
      return { kind: "basic", username: TOKEN_USER, password: token.value };
    },
    nearestKey: (registry) => keychain.nearestKey?.(registry),
  };
}

async function accessToken(key: Secret, wire: TokenWire): Promise<IssuedToken> {
  const account = parseServiceAccount(key);
  const assertion = signAssertion(account, wire.clock.now());
  const form = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: assertion.reveal(),
  });
  return readAnswer(await askTokenServer(formPost(account.tokenUri, form), wire), [assertion]);
}
