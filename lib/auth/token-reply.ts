import { Secret } from "../base/secret.ts";
import { type JsonObject, parseJsonObject, textField } from "./json-object.ts";

/** A token as its server issued it. */
export interface IssuedToken {
  readonly value: Secret;
  /** Wall clock, milliseconds: from then on it is to be replaced. */
  readonly renewAtMs: number;
}

/** Lifetimes below this are taken for this (distribution, *Token Authentication Specification*). */
const LIFE_SECONDS_MIN = 60;
const RENEW_EARLY_MAX_MS = 10_000;
/** Visible ASCII, at most as long as a reply may be: nothing that could end a header line. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Reads a token server's reply, received at `receivedAtMs`.
 *
 * @returns `undefined` when it holds no usable `token` or `access_token`.
 */
export function readTokenReply(text: string, receivedAtMs: number): IssuedToken | undefined {
  const reply = parseJsonObject(text);
  const value = reply && (textField(reply, "token") ?? textField(reply, "access_token"));
  if (reply === undefined || value === undefined || !TOKEN.test(value)) return undefined;
  return { value: new Secret(value), renewAtMs: renewAt(reply, receivedAtMs) };
}

function renewAt(reply: JsonObject, receivedAtMs: number): number {
  const lifeMs = lifeSeconds(reply["expires_in"]) * 1000;
  const issuedAtMs = Date.parse(textField(reply, "issued_at") ?? "");
  const leftMs = issuedAtMs + lifeMs - receivedAtMs;
  // An issue time in the future, or a token as good as expired on arrival, tells of two clocks
  // that differ: then the time of receipt counts.
  const trusted = issuedAtMs <= receivedAtMs && leftMs > RENEW_EARLY_MAX_MS;
  const remainingMs = trusted ? leftMs : lifeMs;
  return receivedAtMs + remainingMs - Math.min(RENEW_EARLY_MAX_MS, remainingMs / 4);
}

function lifeSeconds(value: unknown): number {
  const seconds = Number(value);
  return Number.isFinite(seconds) ? Math.max(LIFE_SECONDS_MIN, seconds) : LIFE_SECONDS_MIN;
}
