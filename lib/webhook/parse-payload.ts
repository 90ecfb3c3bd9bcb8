import type { ParsedPayload, ParsePayload } from "./parsed-payload.ts";
import type { RawWebhook } from "./raw-webhook.ts";
import type { Sender } from "./sender.ts";
import { parseAliAcr } from "./senders/aliacr.ts";
import { parseAzure } from "./senders/azure.ts";
import { parseDistribution } from "./senders/distribution.ts";
import { parseDockerHub } from "./senders/dockerhub.ts";
import { parseEcr } from "./senders/ecr.ts";
import { parseGeneric } from "./senders/generic.ts";
import { parseGitea } from "./senders/gitea.ts";
import { parseGitHub } from "./senders/github.ts";
import { parseGoogle } from "./senders/google.ts";
import { parseHarbor } from "./senders/harbor.ts";
import { parseJfrog } from "./senders/jfrog.ts";
import { parseNexus } from "./senders/nexus.ts";
import { parseQuay } from "./senders/quay.ts";
import { parseZot } from "./senders/zot.ts";

const PARSERS: Readonly<Record<Sender, ParsePayload>> = {
  dockerhub: parseDockerHub,
  harbor: parseHarbor,
  aliacr: parseAliAcr,
  swr: parseHarbor,
  tcr: parseHarbor,
  quay: parseQuay,
  github: parseGitHub,
  gitlab: parseDistribution,
  azure: parseAzure,
  ecr: parseEcr,
  google: parseGoogle,
  distribution: parseDistribution,
  jfrog: parseJfrog,
  nexus: parseNexus,
  gitea: parseGitea,
  zot: parseZot,
  generic: parseGeneric,
};

/**
 * Reads a sender's payload; an array holds several, as Event Grid and batches of CloudEvents do.
 *
 * @throws {z.ZodError} when it is not of this sender, and what its parser throws.
 */
export function parsePayload(sender: Sender, payload: unknown, raw: RawWebhook): ParsedPayload {
  const parse = PARSERS[sender];
  if (!Array.isArray(payload)) return parse(payload, raw);
  const parts = payload.map((part: unknown) => parse(part, raw));
  const events = parts.flatMap((part) => part.events);
  const ids = parts.flatMap(({ deliveryId }) => deliveryId ?? []);
  const reply = parts.find((part) => part.reply !== undefined)?.reply;
  const ignored = parts[0]?.ignored ?? "no event at all";
  return {
    events,
    ...(events.length === 0 && { ignored }),
    ...(ids.length === parts.length && ids.length > 0 && { deliveryId: ids.join(" ") }),
    ...(reply && { reply }),
  };
}
