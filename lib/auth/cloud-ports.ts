import type { CloudWire } from "./cloud-call.ts";
import type { Environment } from "./docker-config-files.ts";
import type { ResolveSecret } from "./secret-reference.ts";

/** What asking clouds takes. */
export interface CloudPorts {
  /** Keys, regions and endpoints of clouds; read anew with each question. */
  readonly env: Environment;
  /** For keys that the configuration names. */
  readonly resolve: ResolveSecret;
  readonly wire: CloudWire;
  /** Where requests for a registry really go. */
  readonly originOf: (registry: string) => URL;
}
