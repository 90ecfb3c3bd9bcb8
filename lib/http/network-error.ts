import { FerryError, type Remedy } from "../base/error.ts";
import { redactUrl } from "./redact-url.ts";
import type { HttpRequest } from "./transport.ts";

interface Kind {
  readonly remedy: Remedy;
  readonly hint?: string;
}

/** Our codes, and what can be done about each. */
const KINDS = {
  NETWORK_REFUSED: {
    remedy: "retry",
    hint: "Check the registry's host and port, and that it is running.",
  },
  NETWORK_RESET: {
    remedy: "retry",
    hint: "If the port speaks plain HTTP, or only TLS, set plainHttp for this registry accordingly.",
  },
  NETWORK_TIMEOUT: { remedy: "retry" },
  NETWORK_DNS: {
    remedy: "retry",
    hint: "Check the registry's name, and that this machine can resolve it.",
  },
  NETWORK_PROTOCOL: { remedy: "retry" },
  CONTENT_LENGTH: { remedy: "retry" },
  TRANSPORT_CLOSED: { remedy: "giveUp" },
  REQUEST_INVALID: { remedy: "giveUp" },
  TLS_UNTRUSTED: {
    remedy: "giveUp",
    hint: "Give the registry's authority as ca in its settings (--registries), or set insecureSkipTlsVerify to trust any certificate.",
  },
  TLS_MISMATCH: {
    remedy: "giveUp",
    hint: "The port does not speak TLS; if that is meant, set plainHttp for this registry (--plain-http HOST).",
  },
  TLS_HANDSHAKE: {
    remedy: "giveUp",
    hint: "Check the TLS version, and whether the registry wants a client certificate.",
  },
} satisfies Record<string, Kind>;

type Code = keyof typeof KINDS;

/** What the error codes of Node, OpenSSL, our own sockets and undici mean. */
const FAULTS: ReadonlyMap<string, readonly [Code, string]> = new Map([
  ["ECONNREFUSED", ["NETWORK_REFUSED", "connection refused"]],
  ["EHOSTUNREACH", ["NETWORK_REFUSED", "no route to the host"]],
  ["ENETUNREACH", ["NETWORK_REFUSED", "no route to the network"]],
  ["ECONNRESET", ["NETWORK_RESET", "connection reset"]],
  ["EPIPE", ["NETWORK_RESET", "connection closed while sending"]],
  ["WIRE_CLOSED", ["NETWORK_RESET", "connection closed by the other side"]],
  ["ETIMEDOUT", ["NETWORK_TIMEOUT", "connection timed out"]],
  ["UND_ERR_SOCKET", ["NETWORK_RESET", "connection closed by the other side"]],
  ["UND_ERR_CONNECT_TIMEOUT", ["NETWORK_TIMEOUT", "no connection in time"]],
  ["UND_ERR_HEADERS_TIMEOUT", ["NETWORK_TIMEOUT", "no answer in time"]],
  ["UND_ERR_BODY_TIMEOUT", ["NETWORK_TIMEOUT", "the answer stalled"]],
  ["WIRE_CONNECT_TIMEOUT", ["NETWORK_TIMEOUT", "no connection in time"]],
  ["WIRE_ANSWER_TIMEOUT", ["NETWORK_TIMEOUT", "no answer in time"]],
  ["WIRE_BODY_TIMEOUT", ["NETWORK_TIMEOUT", "the answer stalled"]],
  ["WIRE_SEND_TIMEOUT", ["NETWORK_TIMEOUT", "the other side stopped reading the body"]],
  ["WIRE_SENT_TIMEOUT", ["NETWORK_TIMEOUT", "no answer to the body in time"]],
  ["ENOTFOUND", ["NETWORK_DNS", "host name not found"]],
  ["EAI_AGAIN", ["NETWORK_DNS", "host name could not be resolved for now"]],
  ["WIRE_HEAD_TOO_LONG", ["NETWORK_PROTOCOL", "the answer's headers are over 16 KiB"]],
  ["WIRE_SYNTAX", ["NETWORK_PROTOCOL", "the answer is not HTTP/1.1"]],
  ["WIRE_LENGTH", ["CONTENT_LENGTH", "the answer's length is wrong"]],
  ["UND_ERR_DESTROYED", ["TRANSPORT_CLOSED", "the transport is closed"]],
  ["WIRE_SHUT", ["TRANSPORT_CLOSED", "the transport is closed"]],
  ["WIRE_REQUEST", ["REQUEST_INVALID", "path or headers hold forbidden characters"]],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", ["TLS_UNTRUSTED", "the certificate is self-signed"]],
  ["SELF_SIGNED_CERT_IN_CHAIN", ["TLS_UNTRUSTED", "the certificate's authority is not trusted"]],
  ["CERT_HAS_EXPIRED", ["TLS_UNTRUSTED", "the certificate has expired"]],
  ["CERT_NOT_YET_VALID", ["TLS_UNTRUSTED", "the certificate is not valid yet"]],
  ["ERR_TLS_CERT_ALTNAME_INVALID", ["TLS_UNTRUSTED", "the certificate is for another host"]],
  ["ERR_SSL_WRONG_VERSION_NUMBER", ["TLS_MISMATCH", "the answer is not TLS"]],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", ["TLS_MISMATCH", "the answer is not TLS"]],
]);

/** Families of codes, for those not told apart above. */
const FAMILIES: readonly (readonly [RegExp, Code, string])[] = [
  [/^ERR_(SSL|TLS)_|^EPROTO$/, "TLS_HANDSHAKE", "the TLS handshake failed"],
  [/^(CERT|INVALID|UNABLE_TO)_|_CERT(_|$)/, "TLS_UNTRUSTED", "the certificate is not trusted"],
];

/**
 * Makes a fault of the connection an error that names the request and says what can be done.
 *
 * @param cause what Node or a {@link WireError} tells; a {@link FerryError} is given back as it is.
 */
export function networkError(cause: unknown, request: HttpRequest): FerryError {
  if (cause instanceof FerryError) return cause;
  const native = nativeCode(cause);
  const [code, what] = faultOf(native);
  const kind: Kind = KINDS[code];
  return new FerryError(`${request.method} ${redactUrl(request.url)}: ${what}`, {
    code,
    remedy: kind.remedy,
    cause,
    ...(kind.hint !== undefined && { hint: kind.hint }),
  });
}

function faultOf(native: string): readonly [Code, string] {
  const known = FAULTS.get(native);
  if (known) return known;
  const family = FAMILIES.find(([pattern]) => pattern.test(native));
  if (family) return [family[1], `${family[2]} (${native})`];
  return ["NETWORK_RESET", native === "" ? "connection lost" : `connection lost (${native})`];
}

/** The code of an error; of several connection attempts the first one's. */
function nativeCode(cause: unknown): string {
  if (!(cause instanceof Error)) return "";
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof AggregateError ? nativeCode(cause.errors[0]) : "";
}
