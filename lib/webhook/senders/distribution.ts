import * as z from "zod";
import { type ParsePayload, parsed } from "../parsed-payload.ts";
import { type PushEvent, pushEvents } from "../push-event.ts";

const envelope = z.object({
  events: z.array(
    z.object({
      id: z.string().optional(),
      action: z.string(),
      target: z.object({
        repository: z.string(),
        tag: z.string().optional(),
        digest: z.string().optional(),
      }),
      request: z.object({ host: z.string().default("") }).default({ host: "" }),
    }),
  ),
});

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["push", "push"],
  ["delete", "delete"],
]);

/**
 * Reads notifications of Distribution, and of GitLab's registry, which is made of it (Distribution
 * docs, *Notifications*). Most events of an envelope are of blobs, of children and of pulls.
 */
export const parseDistribution: ParsePayload = (payload) => {
  const { events: sent } = envelope.parse(payload);
  const events = sent.flatMap(({ action: type, target, request }) => {
    const action = ACTIONS.get(type);
    if (action === undefined) return [];
    const { repository: repo, tag, digest } = target;
    return pushEvents({ host: request.host, repo, tag, digest, action });
  });
  const ids = sent.map(({ id }) => id ?? "");
  const known = ids.length > 0 && ids.every((id) => id !== "");
  return parsed(events, "no push of a tag and no deletion", known ? ids.join(" ") : undefined);
};
