import type { Secret } from "../base/secret.ts";
import type { HttpRequest } from "../http/transport.ts";
import { basicHeader } from "./basic.ts";
import type { Credential } from "./credential.ts";
import { formatScopes, type ScopeSet } from "./scope.ts";

/** Everything one token request says. */
export interface TokenRequest {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: ScopeSet;
  /** `undefined` asks anonymously. */
  readonly credential: Exclude<Credential, { kind: "registryToken" }> | undefined;
  readonly clientId: string;
}

/** The GET form, each scope a parameter of its own (distribution, *Token Authentication*). */
export function tokenGet(request: TokenRequest): HttpRequest {
  const url = new URL(request.realm);
  if (request.service !== undefined) url.searchParams.set("service", request.service);
  for (const scope of formatScopes(request.scopes)) url.searchParams.append("scope", scope);
  url.searchParams.set("client_id", request.clientId);
  const authorization = getAuthorization(request.credential);
  return {
    method: "GET",
    url,
    headers: { accept: "application/json", ...(authorization && { authorization }) },
  };
}

function getAuthorization(credential: TokenRequest["credential"]): string | undefined {
  if (credential === undefined) return undefined;
  if (credential.kind === "basic") return basicHeader(credential.username, credential.password);
  // The name docker gives the user of an identity token; servers look at the token alone.
  return basicHeader("<token>", credential.token);
}

/** The POST form of a refresh token, scopes joined by spaces (distribution, *OAuth2 token*). */
export function tokenPost(request: TokenRequest, refreshToken: Secret): HttpRequest {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    refresh_token: refreshToken.reveal(),
    client_id: request.clientId,
    ...(request.service !== undefined && { service: request.service }),
  });
  if (request.scopes.size > 0) form.set("scope", formatScopes(request.scopes).join(" "));
  return formPost(request.realm, form);
}

/** A POST of form fields that wants JSON back. */
export function formPost(url: URL, form: URLSearchParams): HttpRequest {
  return {
    method: "POST",
    url,
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: Buffer.from(form.toString()),
  };
}
