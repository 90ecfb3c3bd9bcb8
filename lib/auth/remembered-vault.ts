import type { Clock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import { SingleFlight } from "../base/single-flight.ts";
import { CREDENTIAL_KEPT_MS } from "./credential-lookup.ts";
import type { ReadVault } from "./secret-reference.ts";

/**
 * A vault whose answers are remembered for five minutes, or until one is asked for afresh; many who
 * ask at once are one question.
 */
export function rememberedVault(read: ReadVault, clock: Clock): ReadVault {
  const known = new Map<string, { readonly secret: Secret; readonly untilMs: number }>();
  const asking = new SingleFlight<Secret>();
  return async (name, { fresh = false }) => {
    const held = fresh ? undefined : known.get(name);
    if (held !== undefined && clock.now() < held.untilMs) return held.secret;
    return asking.run(`${fresh} ${name}`, async () => {
      const secret = await read(name, { fresh });
      known.set(name, { secret, untilMs: clock.now() + CREDENTIAL_KEPT_MS });
      return secret;
    });
  };
}
