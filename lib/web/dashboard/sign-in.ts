import type { ApiRequest, ApiResponse } from "../api-request.ts";
import { TOKEN_COOKIE } from "../find-caller.ts";
import type { TokenCheck } from "../token-check.ts";
import { loginPage } from "./login-page.ts";
import { pageResponse, seeOther } from "./page-response.ts";
import { wholePage } from "./page-shell.ts";

const BODY_BYTES_MAX = 8192;
const KEEP_SECONDS = 7 * 86_400;

/** What a bearer token is made of (RFC 6750 §2.1): each of these may stand in a cookie. */
const TOKEN = /^[\w.~+/-]+=*$/;

/** The page on which a token is given; `next` is where to go afterwards. */
export function showLogin(next: string | null): ApiResponse {
  return loginAnswer({ next: ownPath(next) });
}

/** Takes a token from the form of the page and keeps it in a cookie of the browser. */
export function signIn(request: ApiRequest, check: TokenCheck): ApiResponse {
  if (isForeign(request) || request.body.length > BODY_BYTES_MAX) {
    const problem = "This form can only be sent from this page.";
    return loginAnswer({ next: "/", problem }, 403);
  }
  const form = new URLSearchParams(new TextDecoder().decode(request.body));
  const token = (form.get("token") ?? "").trim();
  const next = ownPath(form.get("next"));
  const principal = TOKEN.test(token) ? check(token) : undefined;
  if (principal === undefined) {
    return loginAnswer({ next, problem: "This token is not known, or it has expired." }, 401);
  }
  if (!principal.scopes.has("read")) {
    return loginAnswer({ next, problem: "This token does not have the scope read." }, 403);
  }
  return seeOther(next, { "set-cookie": cookie(request, token, KEEP_SECONDS) });
}

/** Takes the cookie back. */
export function signOut(request: ApiRequest): ApiResponse {
  const kept = isForeign(request) ? {} : { "set-cookie": cookie(request, "", 0) };
  return seeOther("/login", kept);
}

/** Tells whether the caller's browser keeps a token: the sign-in can be taken back. */
export function hasTokenCookie({ headers }: ApiRequest): boolean {
  return (headers.get("cookie") ?? "").split(/; */).some((each) => each.startsWith(TOKEN_COOKIE));
}

/** Where to sign in, and to come back to what was asked for. */
export function loginPath({ path, query }: Pick<ApiRequest, "path" | "query">): string {
  const asked = query.size === 0 ? path : `${path}?${query}`;
  return asked === "/" ? "/login" : `/login?${new URLSearchParams({ next: asked })}`;
}

function loginAnswer(
  view: { readonly next: string; readonly problem?: string },
  status = 200,
): ApiResponse {
  const page = wholePage(loginPage(view), { signedIn: false, closed: true });
  const headers = status === 401 ? { "www-authenticate": "Bearer" } : {};
  return pageResponse(page, { status, headers });
}

/** Browsers say where a form was sent from; other sites must not sign anybody in or out. */
function isForeign({ headers }: ApiRequest): boolean {
  const site = headers.get("sec-fetch-site");
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** Only paths of this site: a link must not lead away from it after the sign-in. */
function ownPath(path: string | null): string {
  return path !== null && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) ? path : "/";
}

function cookie({ headers }: ApiRequest, token: string, seconds: number): string {
  const secure = headers.get("x-forwarded-proto") === "https" ? "; Secure" : "";
  return `${TOKEN_COOKIE}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
