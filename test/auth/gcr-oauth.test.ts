import { generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { gcrOauthKeychain } from "../../lib/auth/gcr-oauth.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { basic, errorOf, keychainWith } from "./auth-bed.ts";
import { type Reply, startServer } from "./local-server.ts";
import { nodeTransport } from "./node-transport.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = {
  type: "service_account",
  client_email: "ferry@project.iam.example",
  private_key_id: "key-1",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  token_uri: "https://oauth2.example/token",
};
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
const gcr = { registry: "eu.gcr.io", repository: "project/app" };

async function withGoogle(
  options: { readonly password?: string; readonly username?: string; readonly reply?: Reply },
  test: (bed: {
    readonly keychain: ReturnType<typeof gcrOauthKeychain>;
    readonly clock: VirtualClock;
    readonly bodies: () => URLSearchParams[];
  }) => Promise<void>,
) {
  const { password = encode(account), username = "_oauth2_", reply } = options;
  const clock = new VirtualClock();
  let issued = 0;
  const server = await startServer(
    () => reply ?? { body: JSON.stringify({ access_token: `ya29-${++issued}`, expires_in: 3600 }) },
  );
  const transport = nodeTransport({ "https://oauth2.example": server.url });
  const inner = keychainWith(() => basic(username, password));
  const keychain = gcrOauthKeychain(inner, { transport, clock });
  const bodies = () => server.seen.map(({ body }) => new URLSearchParams(body));
  try {
    await test({ keychain, clock, bodies });
  } finally {
    await server.stop();
  }
}

describe("gcrOauthKeychain", () => {
  it("exchanges a signed assertion for an access token", async () => {
    await withGoogle({}, async ({ keychain, clock, bodies }) => {
      expect(await keychain.credentialFor(gcr)).toEqual(basic("oauth2accesstoken", "ya29-1"));
      const [form] = bodies();
      expect(form?.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
      const [header = "", claims = "", signature = ""] = form?.get("assertion")?.split(".") ?? [];
      const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
      expect(read(header)).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
      const nowSeconds = clock.now() / 1000;
      expect(read(claims)).toEqual({
        iss: account.client_email,
        scope: "https://www.googleapis.com/auth/cloud-platform",
        aud: account.token_uri,
        iat: nowSeconds,
        exp: nowSeconds + 3600,
      });
      const signed = Buffer.from(`${header}.${claims}`);
      expect(verify("sha256", signed, publicKey, Buffer.from(signature, "base64url"))).toBe(true);
    });
  });

  it("keeps the token for an hour less what its user may keep it, and renews when told to", async () => {
    await withGoogle({}, async ({ keychain, clock, bodies }) => {
      const names = ["gcr.io", "eu.gcr.io", "europe-docker.pkg.dev"];
      await Promise.all(names.map((registry) => keychain.credentialFor({ ...gcr, registry })));
      await clock.advance(54 * 60_000);
      await keychain.credentialFor(gcr);
      expect(bodies()).toHaveLength(1);
      await clock.advance(60_000);
      await keychain.credentialFor(gcr);
      expect(bodies()).toHaveLength(2);
      await keychain.credentialFor(gcr, { fresh: true });
      expect(bodies()).toHaveLength(3);
    });
  });

  it.each([
    ["another registry", { ...gcr, registry: "q.io" }, "_oauth2_"],
    ["a look-alike registry", { ...gcr, registry: "evilgcr.io" }, "_oauth2_"],
    ["another user", gcr, "_json_key"],
  ])("leaves %s alone", async (_, name, username) => {
    await withGoogle({ username, password: "x" }, async ({ keychain, bodies }) => {
      expect(await keychain.credentialFor(name)).toEqual(basic(username, "x"));
      expect(bodies()).toEqual([]);
    });
  });

  it.each([
    ["no base64", "***"],
    ["no key", encode({ ...account, private_key: undefined })],
    ["a broken key", encode({ ...account, private_key: "-----BEGIN PRIVATE KEY-----" })],
    ["no https", encode({ ...account, token_uri: "http://oauth2.example/token" })],
  ])("refuses %s", async (_, password) => {
    await withGoogle({ password }, async ({ keychain, bodies }) => {
      const error = await errorOf(keychain.credentialFor(gcr));
      expect(error).toMatchObject({ code: "SERVICE_ACCOUNT_INVALID", remedy: "fixInput" });
      expect(error.message).not.toContain("BEGIN");
      expect(bodies()).toEqual([]);
    });
  });

  it("says what the token server says", async () => {
    const body = '{"error":"invalid_grant","error_description":"Invalid JWT Signature."}';
    await withGoogle({ reply: { status: 400, body } }, async ({ keychain }) => {
      const error = await errorOf(keychain.credentialFor(gcr));
      expect(error).toMatchObject({ code: "CREDENTIALS_REFUSED", remedy: "authenticate" });
      expect(error.message).toBe("POST https://oauth2.example/token: 400: Invalid JWT Signature.");
    });
  });
});
