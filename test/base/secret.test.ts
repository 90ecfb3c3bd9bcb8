import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../../lib/base/secret.ts";

const secret = new Secret("hunter2");

describe("Secret", () => {
  it.each([
    ["a template", `${secret}`],
    ["JSON", JSON.stringify({ secret })],
    ["inspect with hidden fields", inspect({ secret }, { showHidden: true, depth: 9 })],
    ["format", format("%s %j %o", secret, secret, secret)],
    ["spread", JSON.stringify({ ...secret })],
    ["an error", String(new Error(`denied for ${secret}`))],
  ])("does not show in %s", (_, text) => {
    expect(text).not.toContain("hunter2");
  });

  it("is revealed on demand", () => {
    expect(secret.reveal()).toBe("hunter2");
  });
});
