import { describe, expect, it } from "vitest";
import { isAuthentic } from "../../lib/webhook/authenticate.ts";
import type { RawWebhook } from "../../lib/webhook/raw-webhook.ts";
import type { Sender } from "../../lib/webhook/sender.ts";
import { CASES, caseNamed, SECRET, SECRET_TEXT, SIGNED } from "./webhook-cases.ts";

/** An event of EventBridge proves itself by who may call the function. */
const PROVEN = CASES.filter(({ name }) => name !== "aliacr-eventbridge");
const BY_SIGNATURE = CASES.filter(({ sender }) => SIGNED.has(sender));

const SIGNATURE_HEADER = /^(x-.*signature.*|x-jfrog-event-auth)$/i;

function flip(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ bit : byte));
}

function withHeaders(raw: RawWebhook, change: (name: string, value: string) => string): RawWebhook {
  const headers = [...raw.headers].map(([name, value]): [string, string] => [
    name,
    change(name, value),
  ]);
  return { ...raw, headers: new Map(headers) };
}

function only(headers: Readonly<Record<string, string>>, query = ""): RawWebhook {
  const body = Buffer.from("{}");
  return {
    ...{ method: "POST", body },
    headers: new Map(Object.entries(headers)),
    query: new URLSearchParams(query),
  };
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("isAuthentic", () => {
  it.each(PROVEN)("believes $name", ({ sender, raw }) => {
    expect(isAuthentic(sender, raw, SECRET)).toBe(true);
  });

  it.each(PROVEN)("believes $name with capital header names", ({ sender, raw }) => {
    const headers = new Map([...raw.headers].map(([name, value]) => [name.toUpperCase(), value]));
    expect(isAuthentic(sender, { ...raw, headers }, SECRET)).toBe(true);
  });

  it.each(CASES)("does not believe $name without any proof", ({ sender, raw }) => {
    const bare = { ...raw, headers: new Map(), query: new URLSearchParams() };
    expect(isAuthentic(sender, bare, SECRET)).toBe(false);
  });

  it.each(BY_SIGNATURE)("does not believe $name with a flipped byte in its body", (one) => {
    const { sender, raw } = one;
    for (const at of [0, Math.floor(raw.body.length / 2), raw.body.length - 1]) {
      const body = flip(raw.body, at);
      expect(isAuthentic(sender, { ...raw, body }, SECRET)).toBe(false);
    }
    const spaced = Buffer.concat([raw.body, Buffer.from(" ")]);
    expect(isAuthentic(sender, { ...raw, body: spaced }, SECRET)).toBe(false);
  });

  it.each(BY_SIGNATURE)("does not believe $name with a flipped byte in a signature", (one) => {
    const { sender, raw } = one;
    const names = [...raw.headers.keys()].filter((name) => SIGNATURE_HEADER.test(name));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const length = raw.headers.get(name)?.length ?? 0;
      for (const [at, bit] of [
        [0, 1],
        [length - 1, 1],
        [length - 1, 0x20],
      ] as const) {
        const flipped = withHeaders(raw, (given, value) =>
          given === name ? Buffer.from(flip(Buffer.from(value), at, bit)).toString() : value,
        );
        expect(isAuthentic(sender, flipped, SECRET)).toBe(false);
      }
    }
  });

  it.each(PROVEN.filter(({ sender }) => !SIGNED.has(sender)))(
    "does not believe $name with another secret",
    ({ sender, raw }) => {
      const wrong = `${SECRET_TEXT.slice(0, -1)}x`;
      const headers = withHeaders(raw, (_, value) => value.replace(SECRET_TEXT, wrong)).headers;
      const query = new URLSearchParams(raw.query.toString().replace(SECRET_TEXT, wrong));
      expect(isAuthentic(sender, { ...raw, headers, query }, SECRET)).toBe(false);
    },
  );

  it.each<[string, Sender, RawWebhook, boolean]>([
    ["a bearer token", "distribution", only({ authorization: `Bearer ${SECRET_TEXT}` }), true],
    ["a bearer's own case", "zot", only({ Authorization: `bearer ${SECRET_TEXT}` }), true],
    ["the password of Basic", "zot", only({ Authorization: basic(`ci:${SECRET_TEXT}`) }), true],
    ["a wrong password of Basic", "zot", only({ Authorization: basic("ci:wrong") }), false],
    ["the user of Basic", "zot", only({ Authorization: basic(`${SECRET_TEXT}:ci`) }), false],
    ["a header of any name", "tcr", only({ "X-Own": SECRET_TEXT }), true],
    ["part of a header", "harbor", only({ Authorization: `${SECRET_TEXT} ` }), false],
    ["a wrong secret in the address", "quay", only({}, "secret=wrong"), false],
    ["none in the address", "quay", only({}, "secret="), false],
    [
      "a right header beside a wrong address",
      "azure",
      only({ "X-Own": SECRET_TEXT }, "secret=wrong"),
      false,
    ],
    ["JFrog's plain secret", "jfrog", only({ "X-JFrog-Event-Auth": SECRET_TEXT }), true],
    ["a signer's secret in the address", "github", only({}, `secret=${SECRET_TEXT}`), false],
    ["a signer's secret in a header", "gitea", only({ "X-Own": SECRET_TEXT }), false],
    ["a script's secret in the address", "generic", only({}, `secret=${SECRET_TEXT}`), true],
  ])("knows %s", (_, sender, raw, expected) => {
    expect(isAuthentic(sender, raw, SECRET)).toBe(expected);
  });

  it("does not make up for a wrong signature by a right one", () => {
    const { raw } = caseNamed("gitea-package");
    for (const wrong of ["X-Gitea-Signature", "X-Hub-Signature-256"]) {
      const half = withHeaders(raw, (name, value) => (name === wrong ? `${value}0` : value));
      expect(isAuthentic("gitea", half, SECRET)).toBe(false);
    }
  });

  it("takes GitHub's signature for none of the older kind", () => {
    const { raw } = caseNamed("ghcr-package");
    const headers = new Map(raw.headers).set("X-Hub-Signature", "sha1=whatever");
    headers.delete("X-Hub-Signature-256");
    expect(isAuthentic("github", { ...raw, headers }, SECRET)).toBe(false);
  });
});
