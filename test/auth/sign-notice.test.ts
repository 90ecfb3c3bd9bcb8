import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { dingtalkSignature, feishuSignature, hexSignature } from "../../lib/auth/sign-notice.ts";
import { Secret } from "../../lib/base/secret.ts";

const SECRET = new Secret("this is secret");

describe("signatures of notices", () => {
  it("sign bytes as GitHub does", () => {
    // The example of GitHub's documentation (Validating webhook deliveries).
    const signature = hexSignature(
      new Secret("It's a Secret to Everybody"),
      Buffer.from("Hello, World!"),
    );
    expect(signature).toBe("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
  });

  it("sign time and secret under the secret, for DingTalk", () => {
    const mac = createHmac("sha256", "this is secret");
    const wanted = mac.update("1577262236757\nthis is secret").digest("base64");
    expect(dingtalkSignature(SECRET, 1577262236757)).toBe(wanted);
  });

  it("sign nothing under time and secret, for Feishu", () => {
    const wanted = createHmac("sha256", "1599360473\nthis is secret").update("").digest("base64");
    expect(feishuSignature(SECRET, 1599360473)).toBe(wanted);
  });
});
