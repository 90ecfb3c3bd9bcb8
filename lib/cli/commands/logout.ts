import { spawnHelper } from "../../auth/credential-helper.ts";
import { dockerConfigPath } from "../../auth/docker-config-files.ts";
import { eraseCredential } from "../../auth/docker-config-store.ts";
import { DOCKER_HUB, normalizeRegistry } from "../../oci/reference.ts";
import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { LoginFlags } from "../flags/login-flags.ts";

/** Forgets the credentials of a registry; that there are none is no fault. @returns the exit code. */
export async function runLogout(
  host: string | undefined,
  flags: Pick<LoginFlags, "authfile">,
  { terminal }: CliContext,
): Promise<number> {
  const registry = normalizeRegistry(host ?? DOCKER_HUB);
  const path = flags.authfile ?? dockerConfigPath(terminal.env, terminal.home);
  const erased = await eraseCredential(path, registry, spawnHelper);
  terminal.stderr.write(
    erased ? `Logged out of ${registry}.\n` : `${path} has no credentials for ${registry}.\n`,
  );
  return EXIT.done;
}
