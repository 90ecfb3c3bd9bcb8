import { acrLogin } from "./acr-credentials.ts";
import type { Cloud } from "./cloud-credential.ts";
import type { AskCloud } from "./cloud-keychain.ts";
import type { CloudPorts } from "./cloud-ports.ts";
import { ecrLogin } from "./ecr-credentials.ts";
import { swrLogin } from "./swr-credentials.ts";

const LOGINS = { ecr: ecrLogin, acr: acrLogin, swr: swrLogin } satisfies Record<Cloud, unknown>;

/** Asks whichever cloud a credential is from. Throws what that cloud's login throws. */
export function cloudAsker(ports: CloudPorts): AskCloud {
  return (registry, credential) => LOGINS[credential.from](registry, credential, ports);
}
