import { describe, expect, it } from "vitest";
import { apiBed, TOKENS } from "./api-bed.ts";
import { BODY, post, REFUSALS } from "./refusal-cases.ts";

describe("the API", () => {
  it.each(REFUSALS)("refuses $what: $status $code", async ({ call, status, code }) => {
    const { send, lines, launches } = await apiBed();
    lines.length = 0;
    const { headers, ...answer } = await send(call);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(headers).toMatchObject({
      "content-type": "application/problem+json",
      "cache-control": "no-store",
    });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(launches).toEqual([]);
    expect(lines).toMatchObject([{ level: "warn", fields: { status, code } }]);
    expect(JSON.stringify([lines, answer.body])).not.toMatch(/-token-of-the-tests/);
  });

  it("tells which methods a path takes, and how callers prove themselves", async () => {
    const { send } = await apiBed();
    const put = await send({ method: "PUT", path: "/runs", token: TOKENS.admin });
    expect(put.headers["allow"]).toBe("POST, GET");
    const stranger = await send({ path: "/runs" });
    expect(stranger.headers["www-authenticate"]).toBe('Bearer realm="imageferry"');
  });

  it("tells where a body is wrong, and nothing of what it holds", async () => {
    const { send } = await apiBed();
    const json = { policies: ["app", { name: "sesame", source: "open" }] };
    const { body } = await send(post("/runs", { json }));
    expect(body).toMatchObject({ code: "BODY_INVALID", places: ["/policies/1"] });
    const rules = await send(post("/runs", { json: { images: { sesame: "open/it" } } }));
    expect(rules.body.places).toEqual(["/images/*"]);
    expect(JSON.stringify([body, rules.body])).not.toMatch(/sesame|open\/it/);
  });

  it.each([
    ["/healthz", { status: "ok" }],
    ["/openapi.json", { openapi: "3.1.0" }],
  ])("answers everybody at %s", async (path, body) => {
    const { send } = await apiBed();
    expect(await send({ path })).toMatchObject({ status: 200, body });
  });

  it.each(["x", `${TOKENS.run} x`, `Basic ${btoa(`a:${TOKENS.run}`)}`, `Bearer${TOKENS.run}`])(
    "takes no token from an Authorization of another form",
    async (authorization) => {
      const { send } = await apiBed();
      const cookie = `imageferry_token=${TOKENS.read}`;
      const { status } = await send({ path: "/runs/x/events", headers: { authorization, cookie } });
      expect(status).toBe(401);
    },
  );

  it("takes whom the host has checked, as far as the host says", async () => {
    const { send } = await apiBed();
    const principal = { name: "arn:aws:iam::1:role/ci", scopes: new Set(["read"] as const) };
    expect(await send({ path: "/runs", principal })).toMatchObject({ status: 200 });
    const start = await send({ method: "POST", path: "/runs", json: BODY, principal });
    expect(start).toMatchObject({ status: 403, body: { code: "SCOPE_MISSING" } });
  });

  it("takes the cookie's token for events and pages alone", async () => {
    const pages: unknown[] = [];
    const { raw, send } = await apiBed({
      api: {
        pages: async (request) => {
          pages.push([request.path, request.principal?.name]);
          return request.path === "/"
            ? { status: 200, headers: { "content-type": "text/html" }, body: "<p>" }
            : undefined;
        },
      },
    });
    const headers = { cookie: `a=b; imageferry_token=${TOKENS.read}`, accept: "text/html" };
    expect((await send({ path: "/runs/x/events", headers })).status).toBe(404);
    expect((await send({ path: "/runs", headers })).status).toBe(401);
    expect(await raw({ path: "/", headers: { cookie: headers.cookie } })).toMatchObject({
      status: 200,
      body: "<p>",
    });
    expect((await send({ path: "/nothing", headers: {} })).status).toBe(404);
    expect(pages).toEqual([
      ["/runs/x/events", "read"],
      ["/runs", "read"],
      ["/", "read"],
      ["/nothing", undefined],
    ]);
  });

  it("gives the metrics to readers", async () => {
    const { send } = await apiBed({ api: { metrics: async () => "imageferry_runs 1\n" } });
    const { status, headers, body } = await send({ path: "/metrics", token: TOKENS.read });
    expect([status, body]).toEqual([200, "imageferry_runs 1\n"]);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  it("logs who changes something, and what", async () => {
    const { send, lines } = await apiBed();
    const { body } = await send(post("/runs", { json: BODY }));
    await send(post(`/runs/${body.runId}/cancel`));
    await send({ path: `/runs/${body.runId}`, token: TOKENS.read });
    expect(lines.map(({ fields }) => fields)).toEqual([
      { method: "POST", route: "/runs", caller: "run", status: 202 },
      {
        ...{ method: "POST", route: "/runs/{id}/cancel", caller: "run", status: 202 },
        runId: body.runId,
      },
    ]);
  });

  it("answers 503 when a plan takes too long", async () => {
    const bed = await apiBed();
    const stop = new AbortController();
    const service: typeof bed.service = {
      ...bed.service,
      plan: async (_, signal) => {
        stop.abort();
        signal.throwIfAborted();
        throw new Error("it goes on");
      },
    };
    const { send } = await apiBed({ api: { service } });
    const { status, body } = await send(post("/plan", { json: BODY, signal: stop.signal }));
    expect([status, body.code]).toEqual([503, "TIME_UP"]);
  });

  it("tells nothing of what is broken behind it", async () => {
    const broken = await apiBed();
    const service = { ...broken.service, runs: () => Promise.reject(new Error("secret words")) };
    const { send, lines } = await apiBed({ api: { service } });
    const { status, body } = await send({ path: "/runs", token: TOKENS.read });
    expect([status, body.title]).toEqual([500, "Something went wrong"]);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(lines.at(-1)).toMatchObject({ level: "error", fields: { reason: "secret words" } });
  });
});
