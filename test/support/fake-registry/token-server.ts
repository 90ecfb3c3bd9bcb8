import { randomUUID } from "node:crypto";
import { collect } from "../../../lib/base/byte-stream.ts";
import { json, refusal, text } from "./answers.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import type { FakeAuth } from "./options.ts";
import type { RegistryState } from "./state.ts";

type BearerAuth = Extract<FakeAuth, { kind: "bearer" }>;

const FORM_BYTES_MAX = 64 * 1024;
const LIFE_SECONDS = 300;
const LIFE_SECONDS_MIN = 60;
const HUGE_BYTES = 10 * 1024 * 1024;

/** The token server (Distribution's token and OAuth2 specifications). */
export async function tokenEndpoint(
  state: RegistryState,
  exchange: Exchange,
): Promise<FakeResponse> {
  const { auth } = state.options;
  const { tokenBody, tokenPost } = state.quirks;
  if (auth?.kind !== "bearer")
    return refusal(404, { code: "UNSUPPORTED", message: "no tokens here" });
  const isPost = exchange.method === "POST";
  if (isPost && tokenPost !== undefined) return text(tokenPost, "no POST here");
  if (tokenBody === "html") return text(200, "<html>captive portal</html>", "text/html");
  if (tokenBody === "huge") return json(200, { token: "x".repeat(HUGE_BYTES) });
  const query = isPost ? await form(exchange) : exchange.url.searchParams;
  const scopes = isPost ? (query.get("scope") ?? "").split(" ") : query.getAll("scope");
  const asked = scopes.flatMap((scope) => scope.split(" ")).filter((scope) => scope !== "");
  const user = isPost ? formUser(auth, query) : headerUser(auth, exchange.headers["authorization"]);
  if (user === "refused") return refusal(401, { code: "UNAUTHORIZED", message: "bad credentials" });
  if (asked.some((scope) => isRejected(state, scope))) {
    return refusal(400, { code: "UNSUPPORTED", message: "scope not supported" });
  }
  return issue(state, user === "anonymous" ? asked.map(pullOnly) : asked);
}

/** Reads `type:name:actions`; the name may hold colons. */
function parseScope(scope: string): { resource: string; actions: readonly string[] } {
  const at = scope.lastIndexOf(":");
  return { resource: scope.slice(0, at), actions: scope.slice(at + 1).split(",") };
}

async function form(exchange: Exchange): Promise<URLSearchParams> {
  const body = (await collect(exchange.body, FORM_BYTES_MAX)) ?? new Uint8Array();
  return new URLSearchParams(Buffer.from(body).toString("utf8"));
}

function formUser(auth: BearerAuth, query: URLSearchParams): "user" | "refused" {
  const byToken =
    query.get("grant_type") === "refresh_token" &&
    auth.refreshToken !== undefined &&
    query.get("refresh_token") === auth.refreshToken;
  const byPassword =
    query.get("grant_type") === "password" &&
    query.get("username") === auth.username &&
    query.get("password") === auth.password;
  const complete = query.has("client_id") && query.has("service");
  return complete && (byToken || byPassword) ? "user" : "refused";
}

function headerUser(
  auth: BearerAuth,
  header: string | undefined,
): "user" | "anonymous" | "refused" {
  if (auth.username === undefined) return "user";
  if (header === undefined) return auth.anonymousPull ? "anonymous" : "refused";
  return header === basicHeader(auth.username, auth.password ?? "") ? "user" : "refused";
}

/** The `Authorization` value of a user and password (RFC 7617). */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function isRejected(state: RegistryState, scope: string): boolean {
  const { resource, actions } = parseScope(scope);
  const rejects = state.quirks.tokenRejects ?? [];
  return rejects.some((word) => actions.includes(word) || resource.split(":").includes(word));
}

function pullOnly(scope: string): string {
  const { resource, actions } = parseScope(scope);
  return `${resource}:${actions.includes("pull") ? "pull" : ""}`;
}

function issue(state: RegistryState, asked: readonly string[]): FakeResponse {
  const { grant, token: quirk = {} } = state.quirks;
  const { expiresIn = LIFE_SECONDS, issuedAt = 0, field, enforce } = quirk;
  const granted = { first: asked.slice(0, 1), last: asked.slice(-1), none: [] };
  const access = new Map<string, Set<string>>();
  for (const scope of grant ? granted[grant] : asked) {
    const { resource, actions } = parseScope(scope);
    access.set(resource, new Set([...(access.get(resource) ?? []), ...actions]));
  }
  const said = expiresIn ?? LIFE_SECONDS_MIN;
  const lifeSeconds = enforce ? said : Math.max(LIFE_SECONDS_MIN, said);
  const token = randomUUID();
  const nowMs = state.clock.now();
  state.tokens.set(token, { access, expiresAtMs: nowMs + lifeSeconds * 1000, uses: 0 });
  return json(200, {
    ...(field !== "access_token" && { token }),
    ...(field !== "token" && { access_token: token }),
    ...(expiresIn !== null && { expires_in: expiresIn }),
    ...(issuedAt !== null && { issued_at: new Date(nowMs + issuedAt).toISOString() }),
  });
}
