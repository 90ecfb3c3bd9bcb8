import * as z from "zod";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { hostOf, pushEvents } from "../push-event.ts";

const notification = z.object({
  repository: z.string(),
  docker_url: z.string(),
  updated_tags: z.array(z.string()).optional(),
});

/**
 * Reads Quay's notifications (Quay docs, *Repository notifications*). Every push of a tag has the
 * same body, so nothing tells a repetition.
 */
export const parseQuay: ParsePayload = (payload) => {
  const { repository: repo, docker_url, updated_tags: tags } = notification.parse(payload);
  if (tags === undefined) return parsed([], "not a push");
  const host = hostOf(docker_url);
  const events = tags.flatMap((tag) => pushEvents({ host, repo, tag, action: "push" }));
  return parsed(events, UNTAGGED);
};
