import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { collect } from "../../lib/base/byte-stream.ts";
import { listenOn } from "../support/fake-registry/listen.ts";
import { FcSignatures, type SignedRequest } from "../support/fc-emulator/fc-signature.ts";
import { type FcClient, invokeByFc2, invokeByFc3 } from "./fc-clients.ts";

const KEY = { accessKeyId: "LTAIcaller", accessKeySecret: "caller-secret" };
const STS = { accessKeyId: "STS.role", accessKeySecret: "role-secret", securityToken: "token" };

/** What a vendor's client puts on the wire. */
async function signedBy(invoke: FcClient, credential: typeof KEY = KEY): Promise<SignedRequest> {
  const seen: SignedRequest[] = [];
  const server = await listenOn(async (request) => {
    seen.push({ request, body: (await collect(request.body, 1000)) ?? Buffer.alloc(0) });
    return { status: 202, headers: {}, body: Buffer.alloc(0) };
  });
  await invoke({ endpoint: server.url.origin, credential }, { name: "worker", event: "{}" });
  await server.close();
  return seen[0]!;
}

const withHeaders = (
  { request, body }: SignedRequest,
  headers: Readonly<Record<string, string | undefined>>,
): SignedRequest => ({
  body,
  request: { ...request, headers: { ...request.headers, ...headers } },
});

const withPath = ({ request, body }: SignedRequest, path: string): SignedRequest => ({
  body,
  request: { ...request, url: new URL(path, request.url) },
});

describe.each([
  {
    api: "the API of 2016",
    invoke: invokeByFc2,
    check: "checkFc",
    signed: "x-fc-account-id",
    date: "date",
    token: "x-fc-security-token",
  },
  {
    api: "the API of 2023",
    invoke: invokeByFc3,
    check: "checkAcs3",
    signed: "x-acs-version",
    date: "x-acs-date",
    token: "x-acs-security-token",
  },
] as const)("signatures of $api", ({ invoke, check, signed, date, token }) => {
  const checking = (request: SignedRequest, keys = [KEY, STS]) => {
    new FcSignatures(keys)[check](request);
  };
  const old = new Date(Date.now() - 16 * 60_000).toISOString();

  it.each([
    { kind: "an account's", credential: KEY },
    { kind: "temporary", credential: STS },
  ])("passes $kind keys", async ({ credential }) => {
    const request = await signedBy(invoke, credential);
    expect(() => checking(request)).not.toThrow();
  });

  it.each([
    {
      what: "another body",
      change: (request: SignedRequest) => ({ ...request, body: Buffer.from("[]") }),
      code: "SignatureNotMatch",
    },
    {
      what: "another path",
      change: (request: SignedRequest) => withPath(request, "/other"),
      code: "SignatureNotMatch",
    },
    {
      what: "another value of a signed header",
      change: (request: SignedRequest) => withHeaders(request, { [signed]: "other" }),
      code: "SignatureNotMatch",
    },
    {
      what: "a header that should be signed",
      change: (request: SignedRequest) => withHeaders(request, { [`${signed}-too`]: "1" }),
      code: "SignatureNotMatch",
    },
    {
      what: "an old date",
      change: (request: SignedRequest) => withHeaders(request, { [date]: old }),
      code: "SignatureNotMatch",
    },
    {
      what: "no date",
      change: (request: SignedRequest) => withHeaders(request, { [date]: undefined }),
      code: "MissingRequiredHeader",
    },
    {
      what: "no signature",
      change: (request: SignedRequest) => withHeaders(request, { authorization: undefined }),
      code: "MissingRequiredHeader",
    },
    {
      what: "a token of nobody's",
      change: (request: SignedRequest) => withHeaders(request, { [token]: "other" }),
      code: "InvalidSecurityToken",
    },
  ])("refuses $what", async ({ change, code }) => {
    const request = change(await signedBy(invoke));
    expect(() => checking(request)).toThrow(expect.objectContaining({ name: code }));
  });

  it("refuses another secret, and keys it does not know", async () => {
    const request = await signedBy(invoke);
    const other = { ...KEY, accessKeySecret: "other" };
    expect(() => checking(request, [other])).toThrow(/does not match/);
    expect(() => checking(request, [])).toThrow(/invalid access key ID 'LTAIcaller'/);
  });
});

describe("the nonce of the API of 2023", () => {
  it("is good for one request", async () => {
    const signatures = new FcSignatures([KEY]);
    const request = await signedBy(invokeByFc3);
    signatures.checkAcs3(request);
    expect(() => signatures.checkAcs3(request)).toThrow(/nonce was used before/);
  });
});
