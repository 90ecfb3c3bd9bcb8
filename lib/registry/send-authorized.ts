import type { Authorizer } from "../auth/authorizer.ts";
import { FerryError } from "../base/error.ts";
import type { FollowedResponse } from "../http/redirect.ts";
import type { HttpHeaders, HttpResponse } from "../http/transport.ts";
import { isStreamed, type RegistryCall } from "./registry-call.ts";
import type { RegistryWire } from "./registry-wire.ts";

/** Makes an authorizer without credentials for another host. */
export type RedirectAuthorizer = (origin: URL) => Authorizer;

/**
 * Sends a call with what proves who we are, and answers one challenge.
 *
 * A second 401 is handed back as it came. A read whose redirect target wants a token of its own
 * gets an anonymous one, for that request only.
 *
 * @throws {FerryError} `CREDENTIALS_RENEWED` (retry) when the refused body can not be sent again,
 * and what the authorizer throws.
 */
export async function sendAuthorized(
  wire: RegistryWire,
  call: RegistryCall,
  redirectAuthorizer?: RedirectAuthorizer,
): Promise<FollowedResponse> {
  if (call.scopes.length === 0) return wire.transmit(call, undefined);
  const sent = await wire.authorizer.headerFor(call.scopes, signalOf(call));
  const refused = await wire.transmit(call, sent);
  const { response, url } = refused;
  if (response.status !== 401) return refused;
  try {
    const isElsewhere = url.origin !== wire.urlOf(call.target).origin;
    const renewed = isElsewhere
      ? await anonymousToken(refused, call, redirectAuthorizer?.(new URL(url.origin)))
      : await answered(response, wire, { call, sent });
    if (renewed === undefined) return refused;
    await response.discard();
    if (isStreamed(call)) throw credentialsRenewed(call, url);
    return await wire.transmit(isElsewhere ? { ...call, target: url } : call, renewed);
  } catch (error) {
    await response.discard();
    throw error;
  }
}

interface Attempt {
  readonly call: RegistryCall;
  readonly sent: string | undefined;
}

async function answered(response: HttpResponse, wire: RegistryWire, { call, sent }: Attempt) {
  const challenge =
    response.headers.get("www-authenticate") === undefined
      ? await challengeOfRoot(wire, { call, sent })
      : response.headers;
  return wire.authorizer.answerChallenge(challenge, call.scopes, sent, signalOf(call));
}

/** Some registries refuse without a challenge; their root has one. */
async function challengeOfRoot(wire: RegistryWire, { call, sent }: Attempt): Promise<HttpHeaders> {
  const { scopes } = call;
  const ping: RegistryCall = {
    method: "GET",
    about: "ping",
    target: "/v2/",
    scopes,
    ...signalOf(call),
  };
  const { response } = await wire.transmit(ping, sent);
  await response.discard();
  return response.headers;
}

async function anonymousToken(
  refused: FollowedResponse,
  call: RegistryCall,
  authorizer: Authorizer | undefined,
): Promise<string | undefined> {
  return authorizer?.answerChallenge(refused.response.headers, [], undefined, signalOf(call));
}

function signalOf(call: RegistryCall) {
  return call.signal ? { signal: call.signal } : {};
}

function credentialsRenewed(call: RegistryCall, url: URL): FerryError {
  return new FerryError(`${call.method} to ${url.host}: the token had expired and was renewed`, {
    code: "CREDENTIALS_RENEWED",
    remedy: "retry",
    status: 401,
  });
}
