import type { Clock } from "../../../lib/base/clock.ts";
import type { Quirks } from "./quirks.ts";

/** Who may use the registry, and how that is proved. */
export type FakeAuth =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | {
      readonly kind: "bearer";
      /** Left out: everybody gets the token asked for. */
      readonly username?: string;
      readonly password?: string;
      /** Accepted by the token server's POST form. */
      readonly refreshToken?: string;
      /** Lets anonymous clients pull. Default: they get 401 from the token server. */
      readonly anonymousPull?: boolean;
      /** Where the token server is said to be. Default: at the registry. */
      readonly tokenOrigin?: string;
    };

/** How a fake registry is set up; everything left out is as the spec says, and fast. */
export interface FakeRegistryOptions {
  readonly auth?: FakeAuth;
  /** Waited before every answer. */
  readonly latencyMs?: number;
  /** Rate of each request body and each response body. */
  readonly bandwidthBytesPerSecond?: number;
  readonly clock?: Clock;
  /** Takes manifests whose content it does not hold. */
  readonly lenient?: boolean;
  /** Pushed blobs above this size are checked and counted, but cannot be read back. */
  readonly keepBytesMax?: number;
  readonly quirks?: Quirks;
}
