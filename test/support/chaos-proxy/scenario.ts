import type { Descriptor } from "../../../lib/oci/descriptor.ts";
import type { Digest } from "../../../lib/oci/digest.ts";
import type { Quirks } from "../fake-registry/quirks.ts";
import type { ChaosOptions } from "./chaos-proxy.ts";
import type { ChaosRule } from "./fault.ts";

/** What scenarios strike at: an image of layers of 32, 8 and 1 units. */
export interface FaultGround {
  /** Bytes. */
  readonly unit: number;
  /** Digests of the layers. */
  readonly big: Digest;
  readonly middle: Digest;
  readonly small: Digest;
  readonly manifest: Descriptor;
}

/** What goes wrong. */
export interface FaultSetup {
  readonly source?: readonly ChaosRule[];
  readonly target?: readonly ChaosRule[];
  /** To every request at both ends. */
  readonly always?: Omit<ChaosOptions, "rules">;
  /** At the source; with tokens where they are about tokens. */
  readonly sourceQuirks?: Quirks;
  readonly targetQuirks?: Quirks;
  /** Passwords are changed into tokens, at both ends. */
  readonly bearer?: boolean;
}

/** One way for a network or a registry to fail. */
export interface FaultScenario {
  readonly name: string;
  /** Row of the failure model. */
  readonly row: string;
  /** One of the 22 of which the peers' behaviour has been published. */
  readonly published?: true;
  /** `refused`: an error and no tag. Default: the image arrives. */
  readonly right?: "copied" | "refused";
  /** Codes one of which our error has. */
  readonly codes?: readonly string[];
  /** Bytes read at most, and sent at most, as a multiple of the image. Default: 1.01 each. */
  readonly downMax?: number;
  readonly upMax?: number;
  /** What has to be waited for. */
  readonly secondsMin?: number;
  /** The fault lies where not every tool goes. */
  readonly mayMiss?: true;
  arrange(ground: FaultGround): FaultSetup;
}

/** A failure that is told to be passing. */
export function refusing(
  status: number,
  on: ChaosRule["on"],
  more: Partial<ChaosRule> & { readonly headers?: Readonly<Record<string, string>> } = {},
): ChaosRule {
  const { headers, ...rule } = more;
  return { on, fault: { kind: "status", status, ...(headers && { headers }) }, ...rule };
}
