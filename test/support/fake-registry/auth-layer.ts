import { refusal, withHeaders } from "./answers.ts";
import type { Exchange, FakeResponse, Handler } from "./exchange.ts";
import { countOf, isAtSide, type RegistryState } from "./state.ts";
import { basicHeader } from "./token-server.ts";

/** Access a request needs: actions on one resource. */
interface Need {
  /** `type:name`. */
  readonly resource: string;
  readonly actions: readonly string[];
}

const ACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["GET", ["pull"]],
  ["HEAD", ["pull"]],
  ["DELETE", ["delete"]],
]);
const COOKIE = "sid=0123456789";

/** Lets through who proves that he may (Distribution's token specification; A1 to A20). */
export async function authLayer(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const { kind } = exchange.route;
  if (kind === "token" || kind === "cdn" || isAtSide(state, exchange.url)) return next(exchange);
  if (state.quirks.setCookie && exchange.headers["cookie"] !== undefined) {
    return refusal(403, { code: "FORBIDDEN", message: "CSRF token invalid" });
  }
  const needs = needsOf(exchange);
  const problem = authProblem(state, exchange, needs) ?? (await expiry(state, exchange));
  const response =
    problem === undefined
      ? await next(exchange)
      : unauthorized(state, exchange, { needs, error: problem });
  return state.quirks.setCookie ? withHeaders(response, { "set-cookie": COOKIE }) : response;
}

/** The password that opens the registry now; `basicExpireAfter` changes it. */
export function currentPassword(state: RegistryState): string {
  const { auth } = state.options;
  if (auth?.kind !== "basic") return "";
  const life = state.quirks.basicExpireAfter;
  const used = state.counts.get("basic logins") ?? 0;
  const generation = life === undefined ? 0 : Math.floor(used / life);
  return generation === 0 ? auth.password : `${auth.password}-${generation + 1}`;
}

/** What is wrong with the request's proof: an error code of RFC 6750, or "" for none sent. */
function authProblem(
  state: RegistryState,
  exchange: Exchange,
  needs: readonly Need[],
): string | undefined {
  const { auth } = state.options;
  const sent = exchange.headers["authorization"];
  if (auth === undefined || auth.kind === "none") return undefined;
  if (sent === undefined) return "";
  if (auth.kind === "basic") {
    if (sent !== basicHeader(auth.username, currentPassword(state))) return "invalid_token";
    countOf(state, "basic logins");
    return undefined;
  }
  const token = state.tokens.get(sent.replace(/^Bearer /, ""));
  if (!token || token.expiresAtMs <= state.clock.now()) return "invalid_token";
  token.uses++;
  if (token.uses > (state.quirks.expireAfterRequests ?? Number.POSITIVE_INFINITY)) {
    return "invalid_token";
  }
  const covered = needs.every(({ resource, actions }) =>
    actions.every((action) => token.access.get(resource)?.has(action)),
  );
  return covered ? undefined : "insufficient_scope";
}

/** U19: the token runs out while an upload's body is under way. */
async function expiry(state: RegistryState, exchange: Exchange): Promise<string | undefined> {
  const times = state.quirks.expireDuringPut ?? 0;
  const isUpload = exchange.route.kind === "upload" && exchange.method === "PUT";
  if (times === 0 || !isUpload || countOf(state, "expireDuringPut") > times) return undefined;
  for await (const _ of exchange.body) break;
  state.tokens.clear();
  return "invalid_token";
}

function needsOf(exchange: Exchange): Need[] {
  const { route, method, url } = exchange;
  if (route.kind === "catalog") return [{ resource: "registry:catalog", actions: ["*"] }];
  if (!("repository" in route)) return [];
  const actions = ACTIONS.get(method) ?? ["pull", "push"];
  const own = { resource: `repository:${route.repository}`, actions };
  const from = url.searchParams.get("from");
  if (route.kind !== "uploads" || from === null) return [own];
  return [own, { resource: `repository:${from}`, actions: ["pull"] }];
}

function unauthorized(
  state: RegistryState,
  exchange: Exchange,
  refused: { readonly needs: readonly Need[]; readonly error: string },
): FakeResponse {
  const { challengeOnlyOnPing, badCredsChallenge } = state.quirks;
  const answer = refusal(401, { code: "UNAUTHORIZED", message: "authentication required" });
  if (challengeOnlyOnPing && exchange.route.kind !== "ping") return answer;
  if (badCredsChallenge !== undefined && refused.error === "invalid_token") {
    return withHeaders(answer, { "www-authenticate": badCredsChallenge });
  }
  const usual = usualChallenge(state, exchange.url, refused);
  const challenges = (state.quirks.challenge ?? ["{bearer}"]).map((line) =>
    line.replace("{bearer}", usual),
  );
  return withHeaders(answer, { "www-authenticate": challenges });
}

function usualChallenge(
  state: RegistryState,
  url: URL,
  refused: { readonly needs: readonly Need[]; readonly error: string },
): string {
  const { auth } = state.options;
  if (auth?.kind !== "bearer") return 'Basic realm="registry"';
  const realm = state.quirks.realm ?? `${auth.tokenOrigin ?? url.origin}/token`;
  const asked = refused.needs.map(({ resource, actions }) => `${resource}:${actions.join(",")}`);
  const scope = state.quirks.challengeScope ?? asked.join(" ");
  return [
    `Bearer realm="${realm}",service="fake-registry"`,
    ...(scope === "" ? [] : [`scope="${scope}"`]),
    ...(refused.error === "" ? [] : [`error="${refused.error}"`]),
  ].join(",");
}
