import * as z from "zod";
import { cloudEventOf } from "../cloud-event.ts";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { type PushEvent, pushEvents } from "../push-event.ts";

const image = z.object({
  name: z.string(),
  reference: z.string().nullish(),
  digest: z.string().nullish(),
  request: z.object({ host: z.string().default("") }).default({ host: "" }),
});

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["zotregistry.image.updated", "push"],
  ["zotregistry.image.deleted", "delete"],
]);

/** Reads zot's events, which are CloudEvents (zot docs, *Events*); a reference may be a digest. */
export const parseZot: ParsePayload = (payload, raw) => {
  const { type, data, deliveryId } = z
    .object({ type: z.string(), data: z.unknown(), deliveryId: z.string() })
    .parse(cloudEventOf(payload, raw));
  const action = ACTIONS.get(type);
  if (action === undefined) return parsed([], "not a push or a deletion", deliveryId);
  const { name: repo, reference: tag, digest, request } = image.parse(data);
  return parsed(
    pushEvents({ host: request.host, repo, tag, digest, action }),
    UNTAGGED,
    deliveryId,
  );
};
