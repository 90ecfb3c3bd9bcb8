import { describe, expect, it } from "vitest";
import {
  hasTokenCookie,
  loginPath,
  showLogin,
  signIn,
  signOut,
} from "../../../lib/web/dashboard/sign-in.ts";
import {
  browserRequest,
  READ_TOKEN,
  RUN_TOKEN,
  tokenCheck,
} from "../../support/dashboard-world.ts";

function post(fields: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new TextEncoder().encode(String(new URLSearchParams(fields)));
  return browserRequest("/login", { method: "POST", body, headers: { cookie: "", ...headers } });
}

const KEPT = `imageferry_token=${READ_TOKEN}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict`;

describe("signing in", () => {
  it.each([
    ["plainly", {}, KEPT],
    ["over TLS", { "x-forwarded-proto": "https" }, `${KEPT}; Secure`],
    ["from its own form", { "sec-fetch-site": "same-origin" }, KEPT],
  ])("keeps the token in a cookie that scripts cannot read: %s", (_, headers, cookie) => {
    const response = signIn(
      post({ token: ` ${READ_TOKEN}\n`, next: "/runs/a" }, headers),
      tokenCheck(),
    );
    expect(response).toMatchObject({
      status: 303,
      headers: { location: "/runs/a", "set-cookie": cookie, "cache-control": "no-store" },
    });
  });

  it.each([
    ["a wrong token", { token: "secret-but-wrong" }, 401, "not known"],
    ["none", {}, 401, "not known"],
    [
      "one that would end the cookie",
      { token: `${READ_TOKEN}; Domain=evil.test` },
      401,
      "not known",
    ],
    ["one that may not look", { token: RUN_TOKEN }, 403, "scope read"],
  ])("refuses %s without an echo", (_, fields: Record<string, string>, status, words) => {
    const response = signIn(post(fields), tokenCheck());
    expect(response.status).toBe(status);
    expect(response.headers["set-cookie"]).toBeUndefined();
    expect(response.body).toContain(words);
    expect(response.body).not.toContain("secret-but-wrong");
    expect(response.body).not.toContain(RUN_TOKEN);
  });

  it("refuses forms of other sites, and bodies that no form has", () => {
    const foreign = post({ token: READ_TOKEN }, { "sec-fetch-site": "cross-site" });
    const large = post({ token: READ_TOKEN, more: "x".repeat(10_000) });
    for (const request of [foreign, large]) {
      expect(signIn(request, tokenCheck())).toMatchObject({ status: 403 });
    }
  });

  it.each([
    ["/runs/a?state=failed", "/runs/a?state=failed"],
    ["//evil.test", "/"],
    ["/\\evil.test", "/"],
    ["https://evil.test/", "/"],
    ["/a\r\nset-cookie: x", "/"],
    ["", "/"],
  ])("leads on to %j only within the site", (next, location) => {
    const response = signIn(post({ token: READ_TOKEN, next }), tokenCheck());
    expect(response.headers["location"]).toBe(location);
    expect(showLogin(next).body).toContain(`name="next" value="${location}"`);
  });

  it("leads back to what was asked for", () => {
    expect(loginPath(browserRequest("/"))).toBe("/login");
    expect(loginPath(browserRequest("/policies?a=b"))).toBe("/login?next=%2Fpolicies%3Fa%3Db");
  });
});

describe("signing out", () => {
  it("takes the cookie back, but not for other sites", () => {
    const own = signOut(browserRequest("/logout", { method: "POST" }));
    expect(own).toMatchObject({
      status: 303,
      headers: {
        location: "/login",
        "set-cookie": "imageferry_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
      },
    });
    const headers = { "sec-fetch-site": "cross-site" };
    const foreign = signOut(browserRequest("/logout", { method: "POST", headers }));
    expect(foreign.headers["set-cookie"]).toBeUndefined();
  });

  it.each([
    ["", false],
    ["other=1", false],
    ["x_imageferry_token=1", false],
    ["imageferry_token=1", true],
    ["a=b; imageferry_token=1", true],
  ])("is offered for the cookie %j: %s", (cookie, offered) => {
    expect(hasTokenCookie(browserRequest("/", { headers: { cookie } }))).toBe(offered);
  });
});
