import { describe, expect, it } from "vitest";
import { readTokenReply } from "../../lib/auth/token-reply.ts";

const NOW = Date.UTC(2026, 10, 1, 12);
const at = (offsetMs: number) => new Date(NOW + offsetMs).toISOString();

describe("readTokenReply", () => {
  it.each<[string, Record<string, unknown>, number]>([
    ["a minute when nothing is said", {}, 50],
    ["a minute at least", { expires_in: 5 }, 50],
    ["what is said", { expires_in: 300 }, 290],
    ["a number in a string", { expires_in: "300" }, 290],
    ["a minute for nonsense", { expires_in: "soon" }, 50],
    ["a minute for less than nothing", { expires_in: -1 }, 50],
    ["the rest of a token issued before", { expires_in: 300, issued_at: at(-100_000) }, 190],
    ["all of it when issued in the future", { expires_in: 300, issued_at: at(3_600_000) }, 290],
    ["all of it when expired on arrival", { expires_in: 300, issued_at: at(-3_600_000) }, 290],
    ["all of it when about to expire", { expires_in: 300, issued_at: at(-299_000) }, 290],
    ["a quarter early when little is left", { expires_in: 60, issued_at: at(-40_000) }, 15],
    ["all of it for an unreadable date", { expires_in: 300, issued_at: "yesterday" }, 290],
  ])("is renewed after %s", (_, fields, seconds) => {
    const reply = readTokenReply(JSON.stringify({ token: "t", ...fields }), NOW);
    expect(((reply?.renewAtMs ?? 0) - NOW) / 1000).toBe(seconds);
    expect(reply?.value.reveal()).toBe("t");
  });
});
