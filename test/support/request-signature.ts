import { createHash, createHmac } from "node:crypto";
import type { Seen } from "../auth/local-server.ts";

/** Keys an emulator knows. */
export interface KnownKeys {
  readonly id: string;
  readonly secret: string;
  readonly token?: string;
}

/** How one vendor signs; written from its documentation, apart from the code under test. */
interface Scheme {
  readonly algorithm: string;
  readonly tokenHeader: string;
  readonly credential: RegExp;
  readonly mustSign: readonly string[];
  path(path: string): string;
  sign(canonicalHash: string, request: Seen, secret: string): string;
}

const SCHEMES: readonly Scheme[] = [
  {
    algorithm: "AWS4-HMAC-SHA256",
    tokenHeader: "x-amz-security-token",
    credential: /Credential=([^/]+)\//,
    mustSign: ["host", "x-amz-date"],
    path: (path) => path,
    sign(hash, request, secret) {
      const [, scope = ""] =
        /Credential=[^/]+\/([^,]+)/.exec(header(request, "authorization")) ?? [];
      const text = ["AWS4-HMAC-SHA256", header(request, "x-amz-date"), scope, hash].join("\n");
      let key: string | Buffer = `AWS4${secret}`;
      for (const part of scope.split("/")) key = mac(key, part);
      return mac(key, text).toString("hex");
    },
  },
  {
    algorithm: "ACS3-HMAC-SHA256",
    tokenHeader: "x-acs-security-token",
    credential: /Credential=([^,]+),/,
    mustSign: ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-version"],
    path: (path) => path,
    sign: (hash, _request, secret) => mac(secret, `ACS3-HMAC-SHA256\n${hash}`).toString("hex"),
  },
  {
    algorithm: "SDK-HMAC-SHA256",
    tokenHeader: "x-security-token",
    credential: /Access=([^,]+),/,
    mustSign: ["host", "x-sdk-date"],
    path: (path) => (path.endsWith("/") ? path : `${path}/`),
    sign(hash, request, secret) {
      const text = `SDK-HMAC-SHA256\n${header(request, "x-sdk-date")}\n${hash}`;
      return mac(secret, text).toString("hex");
    },
  },
];

/** What is wrong with a request's signature; `undefined` when it is right. */
export function signatureFlaw(request: Seen, keys: KnownKeys): string | undefined {
  const authorization = header(request, "authorization");
  const scheme = SCHEMES.find(({ algorithm }) => authorization.startsWith(`${algorithm} `));
  if (scheme === undefined) return "no known algorithm";
  if (scheme.credential.exec(authorization)?.[1] !== keys.id) return "unknown key";
  if (header(request, scheme.tokenHeader) !== (keys.token ?? "")) return "wrong token";
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [];
  const needed = [...scheme.mustSign, ...(keys.token ? [scheme.tokenHeader] : [])];
  const unsigned = needed.find((name) => !names.includes(name));
  if (unsigned !== undefined) return `${unsigned} is not signed`;
  const claimed = header(request, "x-acs-content-sha256");
  if (claimed !== "" && claimed !== sha256(request.body)) return "wrong hash of the body";
  const expected = scheme.sign(canonicalHash(request, names, scheme), request, keys.secret);
  return authorization.endsWith(`Signature=${expected}`) ? undefined : "wrong signature";
}

function canonicalHash(request: Seen, names: readonly string[], scheme: Scheme): string {
  const query = [...request.query]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join("&");
  const lines = names.map((name) => `${name}:${header(request, name).trim()}\n`).join("");
  return sha256(
    `${request.method}\n${scheme.path(request.path)}\n${query}\n${lines}\n${names.join(";")}\n${sha256(request.body)}`,
  );
}

function escaped(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9_.~-]/.test(character)
        ? character
        : `%${byte.toString(16).padStart(2, "0").toUpperCase()}`;
    })
    .join("");
}

function header(request: Seen, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function mac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
