import * as z from "zod";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { type EventFields, hostOf, type PushEvent, pushEvents } from "../push-event.ts";
import type { RawWebhook } from "../raw-webhook.ts";

const event = z.object({ domain: z.string(), event_type: z.string() });

const image = z.object({
  jpd_origin: z.string().default(""),
  data: z.object({
    repo_key: z.string(),
    image_name: z.string(),
    tag: z.string().nullish(),
    sha256: z.string().nullish(),
  }),
});

type Image = z.output<typeof image>;

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["pushed", "push"],
  ["promoted", "push"],
  ["deleted", "delete"],
]);

/**
 * Reads Artifactory's webhook of the domain `docker` (JFrog docs, *Webhooks*). Which name an image
 * has to clients depends on the HTTP settings of the server: `?method=subdomain` or `?method=port`
 * on the webhook's address tells of other ones than the repository path.
 */
export const parseJfrog: ParsePayload = (payload, raw) => {
  const { domain, event_type } = event.parse(payload);
  const action = ACTIONS.get(event_type);
  if (domain !== "docker" || action === undefined) return parsed([], "not a push of an image");
  const about = image.parse(payload);
  const { tag, sha256 } = about.data;
  const digest = sha256 ? `sha256:${sha256}` : undefined;
  return parsed(pushEvents({ ...nameOf(about, raw), tag, digest, action }), UNTAGGED);
};

function nameOf(
  { jpd_origin, data: { repo_key, image_name } }: Image,
  { query }: RawWebhook,
): Pick<EventFields, "host" | "repo"> {
  const host = hostOf(jpd_origin);
  const method = query.get("method");
  if (method === "subdomain") return { host: `${repo_key}.${host}`, repo: image_name };
  if (method === "port") return { host, repo: image_name };
  return { host, repo: `${repo_key}/${image_name}` };
}
