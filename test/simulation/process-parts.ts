import type { Keychain } from "../../lib/auth/keychain.ts";
import type { Clock } from "../../lib/base/clock.ts";
import type { Random } from "../../lib/base/random.ts";
import { Secret } from "../../lib/base/secret.ts";
import { type CountingTransport, countRequests } from "../../lib/http/counting-transport.ts";
import { createRegistryFleet, type RegistryFleet } from "../../lib/runtime/registry-fleet.ts";
import { createCloudTable } from "../../lib/state/cloud-table.ts";
import type { StateTable } from "../../lib/state/state-table.ts";
import { TURNS_OF_MANY, type UploadTurnRules } from "../../lib/sync/upload-turn.ts";
import { PAUSE_MAX_MS } from "../../lib/transfer/waits-too-long.ts";
import type { Reach } from "./reads-only.ts";
import { SOURCE, TARGETS } from "./scenarios.ts";

/** What a function makes when its process starts. */
export interface ProcessParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: CountingTransport;
  readonly table: StateTable;
  readonly fleet: RegistryFleet;
  readonly turns: UploadTurnRules;
}

/** Blobs are small here: half of them are sent in turns all the same. */
const TURNS: UploadTurnRules = { ...TURNS_OF_MANY, freeBytesMax: 100, unsoughtBytesMax: 100 };

/** Makes the parts of one process of a simulation; with `password` for the targets, if they want one. */
export function createProcessParts(
  clock: Clock,
  reach: Reach,
  { random, password }: { readonly random: Random; readonly password?: string },
): ProcessParts {
  const transport = countRequests(reach.transport);
  const table = createCloudTable(reach.store, {
    ...{ clock, random },
    place: { service: "DynamoDB", table: "simulated", where: "nowhere" },
  });
  const fleet = createRegistryFleet({
    settings: [SOURCE, ...TARGETS].map((registry) => ({ registry, plainHttp: true })),
    env: {},
    keychain: keychainOf(password),
    ...{ clock, random },
    userAgent: "imageferry/test",
    emit: () => undefined,
    transport: () => transport,
    retryAfterMaxMs: PAUSE_MAX_MS,
  });
  return { clock, random, transport, table, fleet, turns: TURNS };
}

function keychainOf(text: string | undefined): Keychain {
  const password = text === undefined ? undefined : new Secret(text);
  return {
    credentialFor: async ({ registry }) =>
      password && registry !== SOURCE ? { kind: "basic", username: "ferry", password } : undefined,
  };
}
