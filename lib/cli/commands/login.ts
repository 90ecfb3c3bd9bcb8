import { spawnHelper } from "../../auth/credential-helper.ts";
import { dockerConfigPath } from "../../auth/docker-config-files.ts";
import { storeCredential } from "../../auth/docker-config-store.ts";
import type { Secret } from "../../base/secret.ts";
import { DOCKER_HUB, normalizeRegistry } from "../../oci/reference.ts";
import { type CliContext, userAgentOf } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { LoginFlags } from "../flags/login-flags.ts";
import { askLine, askSecret, readSecret } from "../prompt.ts";
import { readRegistries } from "../read-config.ts";
import type { Terminal } from "../terminal.ts";
import { usageError } from "../usage-error.ts";

/**
 * Tries a user and password at a registry, and keeps them when it accepts them.
 *
 * @returns the exit code.
 * @throws {FerryError} `CREDENTIALS_REFUSED`, `USAGE_NO_TERMINAL`, `USAGE_EMPTY`.
 */
export async function runLogin(
  host: string | undefined,
  flags: LoginFlags,
  context: CliContext,
): Promise<number> {
  const { terminal, services } = context;
  const registry = normalizeRegistry(host ?? DOCKER_HUB);
  const { registries } = await readRegistries(flags, context);
  const username = flags.username ?? (await askUsername(registry, terminal));
  if (username === "")
    throw usageError("USAGE_EMPTY", "the user name is empty", "Give --username.");
  const password = await passwordOf(flags, username, terminal);
  const { signal, env, home } = terminal;
  const userAgent = userAgentOf(context);
  await services.verifyLogin(
    { registry, username, password },
    { registries, env, userAgent, signal },
  );
  const path = flags.authfile ?? dockerConfigPath(env, home);
  await storeCredential(path, registry, { username, password }, spawnHelper);
  terminal.stderr.write(`Logged in to ${registry} as ${username}; kept in ${path}.\n`);
  return EXIT.done;
}

function askUsername(registry: string, terminal: Terminal): Promise<string> {
  needTerminal(terminal, "--username and --password-stdin");
  return askLine(`User for ${registry}: `, terminal);
}

function passwordOf(flags: LoginFlags, username: string, terminal: Terminal): Promise<Secret> {
  if (flags.passwordStdin === true) return readSecret(terminal);
  needTerminal(terminal, "--password-stdin");
  return askSecret(`Password for ${username}: `, terminal);
}

/** Nothing is asked where nobody can answer. */
function needTerminal(terminal: Terminal, flags: string): void {
  if (terminal.stdin.isTTY === true) return;
  throw usageError(
    "USAGE_NO_TERMINAL",
    "standard input is no terminal to ask at",
    `Give ${flags}.`,
  );
}
