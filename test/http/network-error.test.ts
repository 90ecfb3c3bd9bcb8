import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { networkError } from "../../lib/http/network-error.ts";

const REQUEST = {
  method: "PATCH",
  url: new URL("https://r.example/v2/a/blobs/uploads/S3CRET?_state=S3CRET&digest=sha256:aa"),
} as const;
const WHERE = "PATCH https://r.example/v2/a/blobs/uploads/…?digest=sha256:aa";

const coded = (code: string) => Object.assign(new Error(`native words ${code}`), { code });

describe("networkError", () => {
  it.each([
    ["ECONNREFUSED", "NETWORK_REFUSED", "retry", "connection refused"],
    ["EHOSTUNREACH", "NETWORK_REFUSED", "retry", "no route to the host"],
    ["ECONNRESET", "NETWORK_RESET", "retry", "connection reset"],
    ["WIRE_CLOSED", "NETWORK_RESET", "retry", "connection closed by the other side"],
    ["ETIMEDOUT", "NETWORK_TIMEOUT", "retry", "connection timed out"],
    ["WIRE_BODY_TIMEOUT", "NETWORK_TIMEOUT", "retry", "the answer stalled"],
    ["ENOTFOUND", "NETWORK_DNS", "retry", "host name not found"],
    ["EAI_AGAIN", "NETWORK_DNS", "retry", "host name could not be resolved for now"],
    ["WIRE_HEAD_TOO_LONG", "NETWORK_PROTOCOL", "retry", "the answer's headers are over 16 KiB"],
    ["CERT_HAS_EXPIRED", "TLS_UNTRUSTED", "giveUp", "the certificate has expired"],
    [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "TLS_UNTRUSTED",
      "giveUp",
      "the certificate is for another host",
    ],
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "TLS_UNTRUSTED",
      "giveUp",
      "the certificate is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    ],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "TLS_MISMATCH", "giveUp", "the answer is not TLS"],
    [
      "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      "TLS_HANDSHAKE",
      "giveUp",
      "the TLS handshake failed (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)",
    ],
    ["EWEIRD", "NETWORK_RESET", "retry", "connection lost (EWEIRD)"],
  ])("makes %s a %s, remedy %s", (native, code, remedy, words) => {
    expect(networkError(coded(native), REQUEST)).toMatchObject({
      code,
      remedy,
      message: `${WHERE}: ${words}`,
    });
  });

  it("reads the first of several connection attempts", () => {
    const attempts = new AggregateError([coded("ECONNREFUSED"), coded("ENETUNREACH")]);
    expect(networkError(attempts, REQUEST)).toMatchObject({
      code: "NETWORK_REFUSED",
      cause: attempts,
    });
  });

  it.each([undefined, "words", new Error("no code")])("makes something of %s", (cause) => {
    expect(networkError(cause, REQUEST)).toMatchObject({
      code: "NETWORK_RESET",
      message: `${WHERE}: connection lost`,
    });
  });

  it("gives an error of ours back as it is", () => {
    const own = new FerryError("guarded", { code: "ADDRESS_FORBIDDEN", remedy: "giveUp" });
    expect(networkError(own, REQUEST)).toBe(own);
  });
});
