import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawWebhook } from "../../lib/webhook/raw-webhook.ts";
import {
  BODY_BYTES_MAX,
  checkBody,
  readWebhook,
  type WebhookOrigin,
} from "../../lib/webhook/read-webhook.ts";
import { SENDERS } from "../../lib/webhook/sender.ts";
import { CLOUD_VARIANTS } from "./senders/clouds.ts";
import { SERVER_VARIANTS } from "./senders/servers.ts";
import { CASES, caseNamed, type WebhookCase, withQuery } from "./webhook-cases.ts";

function read({ sender, raw }: WebhookCase, origin: Partial<WebhookOrigin> = {}) {
  return readWebhook(raw, { sender, ...origin });
}

/** Events in one line each: `push host/repo:tag digest`. */
function lines(one: WebhookCase, origin: Partial<WebhookOrigin> = {}): readonly string[] {
  return read(one, origin).events.map(({ action, host, repo, tag, digest }) => {
    return `${action} ${host}/${repo}:${tag} ${digest === null ? "-" : digest.slice(7, 13)}`;
  });
}

const VARIANTS = [...CLOUD_VARIANTS, ...SERVER_VARIANTS];

describe("readWebhook", () => {
  it.each(CASES)("reads $name as expected", (one) => {
    const { events, ignored, reply } = read(one);
    expect(events).toEqual(one.events);
    expect(ignored !== undefined).toBe(one.ignored);
    expect(reply).toEqual(one.reply);
  });

  it.each(CASES)("reads $name with capital header names as well", (one) => {
    const headers = [...one.raw.headers].map(
      ([name, value]) => [name.toUpperCase(), value] as const,
    );
    const raw = { ...one.raw, headers: new Map(headers) };
    expect(read({ ...one, raw }).events).toEqual(one.events);
  });

  it.each(VARIANTS)("reads %s", (_, one, expected) => {
    expect(lines(one)).toEqual(expected);
    expect(read(one).ignored === undefined).toBe(expected.length > 0);
  });

  it.each<[string, string, Partial<WebhookOrigin>, string]>([
    ["the route's registry", "", { registry: "Mirror.example:5000" }, "mirror.example:5000"],
    [
      "the address before the route",
      "registry_url=a.example",
      { registry: "b.example" },
      "a.example",
    ],
    ["a scheme and a path left out", "registry_url=https://a.example/x", {}, "a.example"],
    ["an alias", "", { hosts: new Map([["acme.azurecr.io", "acr.internal"]]) }, "acr.internal"],
    ["another's alias", "", { hosts: new Map([["b.example", "c.example"]]) }, "acme.azurecr.io"],
  ])("takes %s for the registry", (_, query, origin, host) => {
    const one = withQuery(caseNamed("azure-acr-push"), query);
    expect(read(one, origin).events.map((event) => event.host)).toEqual([host]);
  });

  it("refuses what does not tell its registry", () => {
    const one = withQuery(caseNamed("nexus-component"), "");
    expect(() => read(one)).toThrow(expect.objectContaining({ code: "WEBHOOK_HOST_UNKNOWN" }));
    expect(lines(one, { registry: "n.example" })).toEqual(["push n.example/acme/api:1.4.0 -"]);
  });

  it.each(SENDERS)("refuses what is none of %s's, and shows nothing of it", (sender) => {
    const raw = (body: string): RawWebhook => ({
      ...{ method: "POST", headers: new Map(), query: new URLSearchParams() },
      body: Buffer.from(body),
    });
    const bodies = ['{"a":"hidden","evil key":1}', "null", "7", '"hidden"', "true", "{}"];
    const wanted = sender === "github" || sender === "gitea" ? [] : bodies;
    for (const body of wanted) {
      const refusing = () => readWebhook(raw(body), { sender });
      expect(refusing).toThrow(expect.objectContaining({ code: "WEBHOOK_NOT_UNDERSTOOD" }));
      expect(refusing).not.toThrow(/hidden|evil/);
    }
    for (const body of ["", "{", "{} {}", '{"a":1,"a":2}', "[".repeat(100_000)]) {
      const refusing = () => readWebhook(raw(body), { sender });
      expect(refusing).toThrow(expect.objectContaining({ code: "WEBHOOK_NOT_JSON" }));
    }
    const notText = { ...raw(""), body: new Uint8Array([0x22, 0xff, 0x22]) };
    expect(() => readWebhook(notText, { sender })).toThrow(/UTF-8/);
  });

  it("never fails otherwise, whatever a sender's payload becomes", () => {
    // Not JSON is the message that some senders put into another one.
    const known = ["WEBHOOK_NOT_UNDERSTOOD", "WEBHOOK_HOST_UNKNOWN", "WEBHOOK_NOT_JSON"];
    const property = fc.property(
      fc.constantFrom(...CASES),
      fc.nat(),
      fc.jsonValue({ maxDepth: 3 }),
      ({ sender, raw }, place, value) => {
        const payload: unknown = JSON.parse(Buffer.from(raw.body).toString("utf8"));
        replaceOne(payload, place, value);
        const body = Buffer.from(JSON.stringify(payload));
        try {
          const { events } = readWebhook({ ...raw, body }, { sender });
          for (const { host, tag } of events) expect([host, tag]).not.toContain("");
        } catch (error) {
          expect(known.map((code) => expect.objectContaining({ code }))).toContainEqual(error);
        }
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });
});

/** Puts `value` in the place of one of the values within, chosen by a number. */
function replaceOne(within: unknown, place: number, value: unknown): void {
  const places: (readonly [object, string])[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      walk(Reflect.get(node, key));
    }
  };
  walk(within);
  const [node, key] = places[place % places.length] ?? [];
  if (node !== undefined && key !== undefined) Reflect.set(node, key, value);
}

describe("checkBody", () => {
  const raw = (bytes: number, type?: string): RawWebhook => ({
    method: "POST",
    headers: new Map(type === undefined ? [] : [["CONTENT-TYPE", type]]),
    query: new URLSearchParams(),
    body: new Uint8Array(bytes),
  });

  it.each([
    undefined,
    "application/json",
    "application/json; charset=utf-8",
    "application/cloudevents+json",
    "application/vnd.docker.distribution.events.v1+json",
    "text/json",
  ])("lets %s pass", (type) => {
    expect(() => checkBody(raw(BODY_BYTES_MAX, type))).not.toThrow();
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/jsonp",
  ])("refuses %s", (type) => {
    expect(() => checkBody(raw(1, type))).toThrow(
      expect.objectContaining({ code: "WEBHOOK_TYPE" }),
    );
  });

  it("refuses what is too large", () => {
    const large = () => checkBody(raw(BODY_BYTES_MAX + 1));
    expect(large).toThrow(expect.objectContaining({ code: "WEBHOOK_TOO_LARGE" }));
  });
});
