import * as z from "zod";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { hostOf, pushEvents } from "../push-event.ts";
import { headerOf } from "../raw-webhook.ts";

const image = z.object({
  name: z.string(),
  package_type: z.string(),
  owner: z.object({ login: z.string() }),
  package_version: z.object({
    package_url: z.string().nullish(),
    container_metadata: z
      .object({
        tag: z.object({ name: z.string().nullish(), digest: z.string().nullish() }).nullish(),
        manifest: z.object({ digest: z.string().nullish() }).nullish(),
      })
      .nullish(),
  }),
});

const event = z.object({ action: z.string(), package: image });

const PUBLISHED: ReadonlySet<string> = new Set(["published", "created", "updated"]);
const IMAGE_TYPES: ReadonlySet<string> = new Set(["container", "docker"]);
const HOST = "ghcr.io";

/**
 * Reads GitHub's `package` and `registry_package` events (GitHub docs, *Webhook events and
 * payloads*). Without a tag it is a child manifest; the version's name would be a digest.
 */
export const parseGitHub: ParsePayload = (payload, raw) => {
  const name = headerOf(raw, "x-github-event") ?? "";
  const deliveryId = headerOf(raw, "x-github-delivery");
  if (name === "ping") return parsed([], "ping", deliveryId);
  if (name !== "package" && name !== "registry_package") {
    return parsed([], "not an event of packages", deliveryId);
  }
  const { action, package: pushed } = event.parse(underOneName(payload));
  const isImage = IMAGE_TYPES.has(pushed.package_type.toLowerCase());
  if (!isImage || !PUBLISHED.has(action)) {
    return parsed([], "not a push of an image", deliveryId);
  }
  const { package_url, container_metadata: about } = pushed.package_version;
  const events = pushEvents({
    host: package_url ? hostOf(package_url) : HOST,
    repo: `${pushed.owner.login}/${pushed.name}`.toLowerCase(),
    tag: about?.tag?.name,
    digest: about?.manifest?.digest ?? about?.tag?.digest,
    action: "push",
  });
  return parsed(events, UNTAGGED, deliveryId);
};

/** The two events differ in the name of the field. */
function underOneName(payload: unknown): unknown {
  if (typeof payload !== "object" || payload === null) return payload;
  return "registry_package" in payload
    ? { ...payload, package: payload.registry_package }
    : payload;
}
