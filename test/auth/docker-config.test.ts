import { describe, expect, it } from "vitest";
import type { Credential } from "../../lib/auth/credential.ts";
import type { HelperCall } from "../../lib/auth/credential-helper.ts";
import { dockerConfigKeychain } from "../../lib/auth/docker-config.ts";
import { basic, errorOf } from "./auth-bed.ts";

const q = { registry: "q.io", repository: "n/app" };
const auth = (login: string) => Buffer.from(login).toString("base64");

function revealed(credential: Credential | undefined) {
  if (credential === undefined) return undefined;
  return credential.kind === "basic"
    ? [credential.kind, credential.username, credential.password.reveal()]
    : [credential.kind, credential.token.reveal()];
}

function keychain(configs: readonly unknown[], answers: Record<string, string> = {}) {
  const calls: HelperCall[] = [];
  const sources = configs.map((config, index) => ({
    label: `config-${index}`,
    text: typeof config === "string" ? config : JSON.stringify(config),
  }));
  const chain = dockerConfigKeychain(sources, async (call) => {
    calls.push(call);
    const output = answers[`${call.name} ${call.input}`];
    return output === undefined
      ? { ok: false, output: "credentials not found in native keychain" }
      : { ok: true, output };
  });
  return { chain, calls };
}

const answer = (Username: string, Secret: string) => JSON.stringify({ Username, Secret });

describe("dockerConfigKeychain", () => {
  it.each<[string, unknown, string[] | undefined]>([
    ["auth", { "q.io": { auth: auth("u:p") } }, ["basic", "u", "p"]],
    ["a password with colons", { "q.io": { auth: auth("u:p:q:") } }, ["basic", "u", "p:q:"]],
    ["a password padded with zeros", { "q.io": { auth: auth("u:p\0\0") } }, ["basic", "u", "p"]],
    ["a password beyond ASCII", { "q.io": { auth: auth("ü:pä") } }, ["basic", "ü", "pä"]],
    ["user and password apart", { "q.io": { username: "u", password: "p" } }, ["basic", "u", "p"]],
    [
      "an identity token",
      { "q.io": { auth: auth("0000:"), identitytoken: "it" } },
      ["identityToken", "it"],
    ],
    ["the user <token>", { "q.io": { auth: auth("<token>:it") } }, ["identityToken", "it"]],
    ["a registry token", { "q.io": { registrytoken: "rt" } }, ["registryToken", "rt"]],
    [
      "the longest key",
      { "q.io": { auth: auth("short:p") }, "q.io/n": { auth: auth("long:p") } },
      ["basic", "long", "p"],
    ],
    [
      "a filled entry before an empty, longer one",
      { "q.io": { auth: auth("u:p") }, "q.io/n": {} },
      ["basic", "u", "p"],
    ],
    ["a URL as key", { "https://q.io/v2/": { auth: auth("u:p") } }, ["basic", "u", "p"]],
    ["nobody for another registry", { "r.io": { auth: auth("u:p") } }, undefined],
    ["nobody when auths is no object", "nonsense", undefined],
  ])("finds %s", async (_, auths, expected) => {
    const { chain, calls } = keychain([{ auths }]);
    expect(revealed(await chain.credentialFor(q))).toEqual(expected);
    expect(calls).toEqual([]);
  });

  it("finds Docker Hub under its old name", async () => {
    const { chain } = keychain([
      { auths: { "https://index.docker.io/v1/": { auth: auth("u:p") } } },
    ]);
    const hub = { registry: "docker.io", repository: "library/nginx" };
    expect(await chain.credentialFor(hub)).toEqual(basic("u", "p"));
  });

  it.each<[string, Record<string, string>, string[] | undefined, number]>([
    ["its own helper first", { "own q.io": answer("own", "p") }, ["basic", "own", "p"], 1],
    ["then the file", {}, ["basic", "file", "p"], 1],
    ["an identity token", { "own q.io": answer("<token>", "it") }, ["identityToken", "it"], 1],
  ])("asks helpers: %s", async (_, answers, expected, callCount) => {
    const config = {
      auths: { "q.io": { auth: auth("file:p") } },
      credHelpers: { "q.io": "own" },
      credsStore: "all",
    };
    const { chain, calls } = keychain([config], answers);
    expect(revealed(await chain.credentialFor(q))).toEqual(expected);
    expect(calls).toHaveLength(callCount);
    expect(calls[0]).toEqual({ name: "own", action: "get", input: "q.io" });
  });

  it("gives the helper for all Docker Hub's own name", async () => {
    const { chain, calls } = keychain([{ credsStore: "desktop" }], {
      "desktop https://index.docker.io/v1/": answer("u", "p"),
    });
    const hub = { registry: "docker.io", repository: "library/nginx" };
    expect(revealed(await chain.credentialFor(hub))).toEqual(["basic", "u", "p"]);
    expect(calls).toHaveLength(1);
  });

  it("remembers a helper's answer for all repositories until asked afresh", async () => {
    const { chain, calls } = keychain([{ credsStore: "x" }], { "x q.io": answer("u", "p") });
    await Promise.all([chain.credentialFor(q), chain.credentialFor({ ...q, repository: "z" })]);
    expect(calls).toHaveLength(1);
    await chain.credentialFor(q, { fresh: true });
    expect(calls).toHaveLength(2);
  });

  it("asks the sources in order", async () => {
    const second = { auths: { "q.io": { auth: auth("second:p") }, "r.io": { auth: auth("r:p") } } };
    const { chain } = keychain([{ auths: { "q.io": { auth: auth("first:p") } } }, second]);
    expect(await chain.credentialFor(q)).toEqual(basic("first", "p"));
    expect(await chain.credentialFor({ ...q, registry: "r.io" })).toEqual(basic("r", "p"));
  });

  it.each(["{", "[]", '"text"', "{} x"])("names the source that is broken: %s", (text) => {
    expect(() => keychain([{}, text])).toThrow(
      expect.objectContaining({
        code: "DOCKER_CONFIG_INVALID",
        remedy: "fixInput",
        message: "config-1 is not a JSON object",
      }),
    );
  });

  it("names a broken entry, and lets other registries pass", async () => {
    const { chain } = keychain([{ auths: { "q.io": { auth: auth("no colon") } } }]);
    const error = await errorOf(chain.credentialFor(q));
    expect(error.message).toBe("config-0 has a broken entry for q.io");
    expect(await chain.credentialFor({ ...q, registry: "r.io" })).toBeUndefined();
  });
});
