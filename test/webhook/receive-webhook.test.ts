import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { Secret } from "../../lib/base/secret.ts";
import type { RawWebhook } from "../../lib/webhook/raw-webhook.ts";
import { receiverBed as bed } from "./receiver-bed.ts";
import {
  CASES,
  caseNamed,
  changed,
  SECRET,
  SECRET_TEXT,
  type WebhookCase,
  withBody,
} from "./webhook-cases.ts";

const DAY_MS = 24 * 3_600_000;

const harbor = caseNamed("harbor-v2-push");

function raw(one: WebhookCase, parts: Partial<RawWebhook>): WebhookCase {
  return { ...one, raw: { ...one.raw, ...parts } };
}

const PROVEN = CASES.filter(({ name }) => name !== "aliacr-eventbridge");

describe("createWebhookReceiver", () => {
  it.each(PROVEN)("takes $name", async (one) => {
    const { send, started } = bed();
    const { status, body } = await send(one);
    const pushes = one.events.filter(({ action }) => action === "push");
    expect(status).toBe(pushes.length > 0 ? 202 : 200);
    expect(started).toHaveLength(pushes.length);
    if (one.reply) expect(body).toEqual(one.reply);
    else
      expect(body).toEqual(
        pushes.length > 0 ? { runs: [expect.any(String)] } : { ignored: expect.any(String) },
      );
  });

  it("starts a run of the tag that was pushed, and of nothing else", async () => {
    const { send, started } = bed();
    await send(harbor);
    expect(started).toMatchObject([
      {
        trigger: "webhook",
        delayMs: 0,
        policies: [
          {
            source: { registry: "harbor.example.com", repository: "acme/shop/api" },
            select: { kind: "named", references: [{ reference: { kind: "tag", tag: "1.4.0" } }] },
          },
        ],
      },
    ]);
  });

  it.each(PROVEN)("refuses $name without its proof, and starts nothing", async (one) => {
    const { send, started, lines } = bed();
    const bare = raw(one, { headers: new Map(), query: new URLSearchParams() });
    const { status, headers, body } = await send(bare);
    expect([status, headers["Content-Type"]]).toEqual([401, "application/problem+json"]);
    expect(body).toEqual({ title: expect.any(String), status: 401 });
    expect(started).toEqual([]);
    expect(lines).toMatchObject([{ level: "warn", fields: { code: "WEBHOOK_UNAUTHENTIC" } }]);
  });

  it.each<[string, WebhookCase, string, number]>([
    ["an unknown path", harbor, "nobody", 404],
    ["no path", harbor, "", 404],
    ["a method", raw(harbor, { method: "GET" }), "harbor", 405],
    ["a method of CORS", raw(harbor, { method: "OPTIONS" }), "harbor", 405],
    ["another sender's path", caseNamed("quay"), "github", 401],
    ["a large body", raw(harbor, { body: new Uint8Array(300_000) }), "harbor", 413],
    [
      "another type of content",
      raw(harbor, {
        headers: new Map([
          ["content-type", "text/xml"],
          ["a", SECRET_TEXT],
        ]),
      }),
      "harbor",
      415,
    ],
    ["no JSON", withBody(harbor, "{"), "harbor", 400],
    ["JSON nested deeply", withBody(harbor, "[".repeat(9e4) + "]".repeat(9e4)), "harbor", 400],
    ["JSON of somebody else", withBody(harbor, '{"evil":"hidden"}'), "harbor", 400],
    [
      "no registry",
      raw(caseNamed("nexus-component"), { query: new URLSearchParams() }),
      "nexus",
      400,
    ],
  ])("refuses %s", async (_, one, route, status) => {
    const { send, started, lines } = bed();
    const answer = await send(one, route);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
    });
    expect(Object.keys(answer.body)).toEqual(["title", "status"]);
    expect(started).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: "warn",
      fields: { status, reason: expect.any(String) },
    });
    expect(JSON.stringify([answer, lines])).not.toContain("hidden");
  });

  it.each(PROVEN)("writes no secret of $name into log or answer", async (one) => {
    const { send, lines } = bed();
    const answers = [await send(one), await send(raw(one, { body: Buffer.from("{}") }))];
    expect(JSON.stringify([answers, lines])).not.toContain(SECRET_TEXT);
  });

  it.each([
    ["too short", async () => new Secret("0123456789abcde")],
    [
      "not to be had",
      async () => {
        throw new FerryError("env:HOOK cannot be resolved", {
          code: "ENV_UNSET",
          remedy: "fixInput",
        });
      },
    ],
  ])("takes nothing while the secret is %s", async (_, secret) => {
    const { send, started, lines } = bed({
      routes: new Map([["harbor", { sender: "harbor", secret }]]),
    });
    const { status, headers } = await send(harbor);
    expect([status, headers["Retry-After"]]).toEqual([503, "10"]);
    expect(started).toEqual([]);
    expect(lines).toMatchObject([{ level: "error" }]);
  });

  it("answers the handshake of CloudEvents to whoever knows the secret", async () => {
    const { send } = bed();
    const asking = (secret: string): WebhookCase =>
      raw(caseNamed("azure-eventgrid"), {
        method: "OPTIONS",
        headers: new Map([["WebHook-Request-Origin", "eventgrid.azure.net"]]),
        query: new URLSearchParams({ secret }),
        body: new Uint8Array(),
      });
    expect(await send(asking(SECRET_TEXT))).toMatchObject({
      status: 200,
      headers: { "WebHook-Allowed-Origin": "eventgrid.azure.net" },
    });
    expect(await send(asking("wrong"))).toMatchObject({ status: 401 });
  });

  it("believes events that the platform vouches for", async () => {
    const { receiver, started } = bed();
    const { headers: _, ...one } = caseNamed("aliacr-eventbridge").raw;
    const { status } = await receiver.deliver("aliacr", { ...one, headers: new Map() });
    expect([status, started.length]).toEqual([202, 1]);
  });

  it.each(["ghcr-package", "gar-pubsub", "dockerhub", "harbor-v2-push", "zot-cloudevents-binary"])(
    "knows a repeated delivery for a day: %s",
    async (name) => {
      const { send, clock, runs, started } = bed();
      const one = caseNamed(name);
      await send(one);
      for (const { runId } of started) await runs.interrupt(runId, {});
      await clock.advance(DAY_MS - 1);
      expect(await send(one)).toMatchObject({ status: 200, body: { ignored: "delivered before" } });
      await clock.advance(2);
      expect((await send(one)).status).toBe(202);
    },
  );

  it.each(["quay", "jfrog-pushed", "generic"])(
    "takes an equal body for another push where nothing tells: %s",
    async (name) => {
      const { send, clock, runs, started } = bed();
      await send(caseNamed(name));
      await runs.interrupt(started[0]?.runId ?? "", {});
      await clock.advance(10_000);
      expect((await send(caseNamed(name))).status).toBe(202);
      expect(started).toHaveLength(2);
    },
  );

  it("keeps the deliveries of two paths apart", async () => {
    const route = { sender: "harbor", secret: async () => SECRET } as const;
    const { send } = bed({
      routes: new Map([
        ["one", route],
        ["two", route],
      ]),
    });
    expect((await send(harbor, "one")).status).toBe(202);
    expect((await send(harbor, "two")).status).toBe(202);
  });

  it("forgets a delivery that could not be dealt with", async () => {
    let fails = true;
    const { send } = bed({
      start: async () => {
        if (fails) throw new FerryError("no table", { code: "STATE_UNREACHABLE", remedy: "retry" });
      },
    });
    expect((await send(harbor)).status).toBe(503);
    fails = false;
    expect((await send(harbor)).status).toBe(202);
  });

  it("forgets a delivery that nobody wanted", async () => {
    const { send, lines } = bed({ policies: [] });
    for (let again = 0; again < 2; again++) {
      expect((await send(harbor)).body).toEqual({ ignored: "nothing that a policy wants" });
    }
    expect(lines.map(({ level }) => level)).toEqual(["info", "info"]);
  });

  it("answers 500 to what nobody foresaw, and tells the log alone", async () => {
    const start = async () => {
      throw new TypeError("x is not a function");
    };
    const { send, lines } = bed({ start });
    const answer = await send(harbor);
    expect(answer).toMatchObject({ status: 500, body: { status: 500 } });
    expect(JSON.stringify(answer)).not.toContain("function");
    expect(lines[0]).toMatchObject({ level: "error", fields: { reason: "x is not a function" } });
  });

  it("takes so many at once, and sends the others away", async () => {
    const { send, started } = bed({ limits: { webhooks: 3 } });
    const tags = ["a", "b", "c", "d", "e"];
    const flood = tags.map((tag) => send(changed("generic", { tag })));
    const answers = await Promise.all(flood);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429, 429]);
    expect(answers.at(-1)?.headers).toMatchObject({ "Retry-After": "10" });
    expect(started).toHaveLength(3);
    expect((await send(changed("generic", { tag: "d" }))).status).toBe(202);
  });

  it("starts no more runs than may be under way, and loses none that it took", async () => {
    const { send, started, clock } = bed({ limits: { runs: 2 } });
    const statuses: number[] = [];
    for (const tag of ["a", "b", "c"]) {
      statuses.push((await send(changed("generic", { tag }))).status);
      await clock.advance(2_000);
    }
    expect(statuses).toEqual([202, 202, 429]);
    expect(started).toHaveLength(2);
  });
});
