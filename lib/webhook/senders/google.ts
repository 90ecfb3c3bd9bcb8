import * as z from "zod";
import { parseJson } from "../parse-json.ts";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { type PushEvent, pushEvents } from "../push-event.ts";

const delivery = z.object({ message: z.object({ data: z.base64(), messageId: z.string() }) });

const notification = z.object({
  action: z.string(),
  tag: z.string().optional(),
  digest: z.string().optional(),
});

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["INSERT", "push"],
  ["DELETE", "delete"],
]);

/**
 * Reads what Google Artifact Registry tells Pub/Sub, pushed by a subscription (Google Cloud docs,
 * *Configure Pub/Sub notifications*): whole references, in a message within a message.
 */
export const parseGoogle: ParsePayload = (payload) => {
  const { message } = delivery.parse(payload);
  const {
    action: type,
    tag,
    digest,
  } = notification.parse(parseJson(Buffer.from(message.data, "base64")));
  const action = ACTIONS.get(type);
  if (action === undefined) return parsed([], "not a push or a deletion", message.messageId);
  const named = partsOf(tag ?? digest ?? "");
  const events = pushEvents({
    ...{ host: named.host, repo: named.repo, tag: named.tag },
    digest: partsOf(digest ?? "").digest,
    action,
  });
  return parsed(events, UNTAGGED, message.messageId);
};

/** The parts of `host/path/to/image:tag` or `host/path/to/image@digest`. */
function partsOf(reference: string) {
  const [, host = "", repo = "", tag, digest] =
    /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(reference) ?? [];
  return { host, repo, tag, digest };
}
