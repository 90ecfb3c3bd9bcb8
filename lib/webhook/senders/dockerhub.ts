import * as z from "zod";
import { DOCKER_HUB } from "../../oci/reference.ts";
import { bodyId } from "../body-id.ts";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { pushEvents } from "../push-event.ts";

const push = z.object({
  push_data: z.object({ tag: z.string().nullish() }),
  repository: z.object({ repo_name: z.string() }),
});

/** Reads Docker Hub's webhook (Docker Hub docs, *Webhooks*); its `callback_url` is never called. */
export const parseDockerHub: ParsePayload = (payload, raw) => {
  const { push_data, repository } = push.parse(payload);
  const events = pushEvents({
    host: DOCKER_HUB,
    repo: repository.repo_name,
    tag: push_data.tag,
    action: "push",
  });
  return parsed(events, UNTAGGED, bodyId(raw));
};
