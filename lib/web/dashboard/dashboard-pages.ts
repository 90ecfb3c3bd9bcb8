import type { Clock } from "../../base/clock.ts";
import type { ApiRequest, ApiResponse } from "../api-request.ts";
import { findCaller } from "../find-caller.ts";
import type { RunService } from "../run-service.ts";
import type { TokenCheck } from "../token-check.ts";
import { assetAt } from "./assets.ts";
import { findPage } from "./find-page.ts";
import { messagePage } from "./message-page.ts";
import { pageResponse, seeOther } from "./page-response.ts";
import { type PageContent, pageMain, wholePage } from "./page-shell.ts";
import { hasTokenCookie, loginPath, showLogin, signIn, signOut } from "./sign-in.ts";

/** What the dashboard works with. */
export interface DashboardOptions {
  readonly service: Pick<
    RunService,
    "runs" | "run" | "tasks" | "report" | "policies" | "registries"
  >;
  /** Whose a token is: the one of the cookie, and the one of the form. */
  readonly check: TokenCheck;
  readonly clock: Clock;
}

/** Answers requests of browsers; `undefined`: there is no page at this path. */
export type DashboardPages = (request: ApiRequest) => Promise<ApiResponse | undefined>;

/** Says that only the part of the page that changes is wanted. */
const PART_HEADER = "x-imageferry-part";

/**
 * Makes the pages on which people watch runs, policies and registries. They show, and change
 * nothing: only the sign-in and its end are answered to POST.
 */
export function dashboardPages(options: DashboardOptions): DashboardPages {
  return async (request) => {
    const { method, path } = request;
    if (method === "POST" && path === "/login") return signIn(request, options.check);
    if (method === "POST" && path === "/logout") return signOut(request);
    if (method !== "GET") return undefined;
    if (path === "/login") return showLogin(request.query.get("next"));
    return assetAt(path) ?? (await answerPage(request, options));
  };
}

async function answerPage(
  request: ApiRequest,
  options: DashboardOptions,
): Promise<ApiResponse | undefined> {
  const find = findPage(request.path);
  if (find === undefined) return undefined;
  const part = request.headers.has(PART_HEADER);
  const caller = findCaller(request, options.check, true);
  // A browser notes a refused part as an error of the page; the page asks for it all anew instead.
  if (caller === undefined) return part ? noContent() : seeOther(loginPath(request));
  if (!caller.scopes.has("read")) return refused(request);
  const content = await find(request.query, options.service, options.clock.now());
  if (content === undefined) return missing(request);
  return part ? pageResponse(pageMain(content)) : answer(request, content);
}

function answer(request: ApiRequest, content: PageContent, status = 200): ApiResponse {
  const signedIn = hasTokenCookie(request);
  return pageResponse(wholePage(content, { signedIn, closed: false }), { status });
}

function refused(request: ApiRequest): ApiResponse {
  const words = "Looking at these pages takes the scope read, which you do not have.";
  return answer(request, messagePage("Not allowed", words), 403);
}

function missing(request: ApiRequest): ApiResponse {
  const words =
    "There is no such run: it may be too old to be remembered, or its name is misspelt.";
  return answer(request, messagePage("No such run", words), 404);
}

function noContent(): ApiResponse {
  return { ...pageResponse(messagePage("", "").body), status: 204, body: "" };
}
