import * as z from "zod";
import { parseReference } from "../../oci/reference.ts";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { pushEvents } from "../push-event.ts";
import { headerOf } from "../raw-webhook.ts";

const push = z.object({
  name: z.string(),
  tag: z.string().nullish(),
  digest: z.string().nullish(),
  action: z.enum(["push", "delete"]).default("push"),
});

/**
 * Reads the form of our own, for scripts: `{"name": "registry/repository", "tag", "digest"}`; the
 * name may hold the tag. `Idempotency-Key` tells a repetition from another push.
 *
 * @throws {FerryError} `RULE_BAD_REFERENCE`, `RULE_HAS_SCHEME`.
 */
export const parseGeneric: ParsePayload = (payload, raw) => {
  const { name, tag, digest, action } = push.parse(payload);
  const { registry: host, repository: repo, ...written } = parseReference(name);
  const events = pushEvents({
    host,
    repo,
    tag: tag ?? written.tag,
    digest: digest ?? written.digest,
    action,
  });
  return parsed(events, UNTAGGED, headerOf(raw, "idempotency-key"));
};
