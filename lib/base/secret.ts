import { inspect } from "node:util";

const REDACTED = "[redacted]";

/**
 * A value that never shows itself: printing, inspecting or serialising it gives `[redacted]`.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; only `lib/auth` and the transport's TLS set-up call this. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
