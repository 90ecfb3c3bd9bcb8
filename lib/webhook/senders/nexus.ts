import * as z from "zod";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { type PushEvent, pushEvents } from "../push-event.ts";
import { headerOf } from "../raw-webhook.ts";

const DOCKER = "docker";

const event = z.object({
  action: z.string(),
  component: z
    .object({ format: z.string(), name: z.string(), version: z.string().nullish() })
    .optional(),
  asset: z.object({ format: z.string(), name: z.string() }).optional(),
});

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["CREATED", "push"],
  ["UPDATED", "push"],
  ["DELETED", "delete"],
]);

/** Where Nexus keeps the manifest of a tag. */
const MANIFEST_PATH = /^\/?v2\/(.+)\/manifests\/([^/]+)$/;

/**
 * Reads Nexus' webhooks of a repository (Sonatype docs, *Repository webhooks*). A tag that is pushed
 * again is an asset updated, and no component created. No payload tells the registry's host: the
 * route or `registry_url` does.
 */
export const parseNexus: ParsePayload = (payload, raw) => {
  const deliveryId = headerOf(raw, "x-nexus-webhook-delivery");
  const { action: type, component, asset } = event.parse(payload);
  const action = ACTIONS.get(type);
  const image = component ?? asset;
  if (action === undefined || image?.format !== DOCKER) {
    return parsed([], "not a push or a deletion of an image", deliveryId);
  }
  const [, repo = image.name, tag = component?.version] = MANIFEST_PATH.exec(image.name) ?? [];
  return parsed(pushEvents({ host: "", repo, tag, action }), UNTAGGED, deliveryId);
};
