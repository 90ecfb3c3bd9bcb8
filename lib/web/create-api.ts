import * as z from "zod";
import { toFerryError } from "../base/error.ts";
import type { ApiHandler, ApiRequest, ApiResponse, Principal } from "./api-request.ts";
import type { ApiPorts, ApiRoute } from "./api-route.ts";
import { createEventRoute } from "./event-route.ts";
import { findCaller } from "./find-caller.ts";
import { createFindRoute, type FindRoute } from "./find-route.ts";
import { jsonResponse } from "./json-response.ts";
import { lookRoutes } from "./look-routes.ts";
import { openApiOf } from "./openapi.ts";
import { problemResponse } from "./problem.ts";
import { checkSize } from "./read-body.ts";
import { RefusedRequest } from "./refused-request.ts";
import { runRoutes } from "./run-routes.ts";
import { startRoutes } from "./start-routes.ts";
import { createTokenCheck, type TokenCheck } from "./token-check.ts";

/** What an API is made of; whose tokens count stands in the configuration. */
export interface ApiOptions extends ApiPorts {
  /**
   * Answers what browsers ask for: GET requests that accept HTML, and every path that the API does
   * not have. `principal` is set for whoever has shown a token, also by a cookie.
   */
  readonly pages?: (request: ApiRequest) => Promise<ApiResponse | undefined>;
}

/** Makes the HTTP API; it knows no host and no cloud. */
export function createApi(options: ApiOptions): ApiHandler {
  const routes = [...startRoutes, ...runRoutes, createEventRoute(), ...lookRoutes];
  const find = createFindRoute([...routes, openApiRoute(routes)]);
  const check = createTokenCheck(options.config.api?.tokens ?? [], options.clock);
  const ways = { find, check };
  return async (request) => {
    const seen: Seen = { method: request.method.slice(0, METHOD_CHARS_MAX) };
    try {
      const response = await answer(request, { ...ways, seen, options });
      // What only looks is asked for over and over, by pages and probes.
      if (request.method !== "GET") {
        options.log("info", "api.answered", { ...seen, status: response.status });
      }
      return response;
    } catch (thrown) {
      const response = problemResponse(thrown);
      const { code, message, hint } = toFerryError(thrown);
      options.log(response.status < 500 ? "warn" : "error", "api.refused", {
        ...{ ...seen, status: response.status, code, reason: message },
        ...(hint !== undefined && { hint }),
      });
      return response;
    }
  };
}

const METHOD_CHARS_MAX = 16;

/** What is known of a request by the time it is logged. */
interface Seen {
  readonly method: string;
  route?: string;
  caller?: string;
  runId?: string;
}

interface Handling {
  readonly find: FindRoute;
  readonly check: TokenCheck;
  readonly seen: Seen;
  readonly options: ApiOptions;
}

async function answer(request: ApiRequest, handling: Handling): Promise<ApiResponse> {
  const { find, check, seen, options } = handling;
  checkSize(request.body);
  const found = find(request.path);
  if (options.pages && (found === undefined || wantsPage(request))) {
    const page = await options.pages(withCaller(request, findCaller(request, check, true)));
    if (page !== undefined) return page;
  }
  if (found === undefined) throw new RefusedRequest("ROUTE_UNKNOWN", "there is no such path");
  const route = routeOf(request, found.routes);
  seen.route = route.path;
  const caller = findCaller(request, check, route.takesCookie === true);
  if (caller !== undefined) seen.caller = caller.name;
  checkScope(route, caller);
  if (found.id !== "") seen.runId = found.id;
  return route.answer({ request, id: found.id, ports: options, ...(caller && { caller }) });
}

function wantsPage({ method, headers }: ApiRequest): boolean {
  return method === "GET" && /(?:^|[,\s])text\/html/i.test(headers.get("accept") ?? "");
}

function withCaller(request: ApiRequest, principal: Principal | undefined): ApiRequest {
  return principal === undefined ? request : { ...request, principal };
}

function routeOf({ method }: ApiRequest, routes: ReadonlyMap<string, ApiRoute>): ApiRoute {
  const route = routes.get(method);
  if (route !== undefined) return route;
  throw new RefusedRequest("METHOD_NOT_ALLOWED", "the path does not take this method", {
    headers: { allow: [...routes.keys()].join(", ") },
  });
}

function checkScope({ scope }: ApiRoute, caller: Principal | undefined): void {
  if (scope === undefined) return;
  if (caller === undefined) {
    throw new RefusedRequest("UNAUTHENTIC", "the token is missing, wrong or expired", {
      headers: { "www-authenticate": 'Bearer realm="imageferry"' },
    });
  }
  if (caller.scopes.has(scope)) return;
  throw new RefusedRequest("SCOPE_MISSING", `the token lacks the scope ${scope}`);
}

/** The document is made when somebody asks for it, and once. */
function openApiRoute(routes: readonly ApiRoute[]): ApiRoute {
  let document: object | undefined;
  const own: ApiRoute = {
    method: "GET",
    path: "/openapi.json",
    name: "getOpenApi",
    summary: "This document.",
    successes: [{ status: 200, description: "OpenAPI 3.1.", schema: z.looseObject({}) }],
    async answer() {
      document ??= openApiOf([...routes, own]);
      return jsonResponse(200, document);
    },
  };
  return own;
}
