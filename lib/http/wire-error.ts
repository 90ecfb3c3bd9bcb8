/** What can go wrong on a connection besides what Node reports itself; see `networkError`. */
export type WireFault =
  | "WIRE_CLOSED"
  | "WIRE_CONNECT_TIMEOUT"
  | "WIRE_ANSWER_TIMEOUT"
  | "WIRE_BODY_TIMEOUT"
  | "WIRE_SEND_TIMEOUT"
  | "WIRE_SENT_TIMEOUT"
  | "WIRE_HEAD_TOO_LONG"
  | "WIRE_LENGTH"
  | "WIRE_SYNTAX"
  | "WIRE_REQUEST"
  | "WIRE_SHUT";

/** A fault of a connection; the request it hits is named by whoever knows it. */
export class WireError extends Error {
  readonly code: WireFault;

  constructor(code: WireFault, message: string = code) {
    super(message);
    this.name = "WireError";
    this.code = code;
  }
}
