import * as z from "zod";
import { type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { type PushEvent, pushEvents } from "../push-event.ts";

const event = z.object({
  id: z.string(),
  "detail-type": z.string(),
  account: z.string(),
  region: z.string(),
  detail: z.unknown(),
});

const imageAction = z.object({
  result: z.string(),
  "action-type": z.string(),
  "repository-name": z.string(),
  "image-tag": z.string().nullish(),
  "image-digest": z.string().nullish(),
});

const ACTIONS: ReadonlyMap<string, PushEvent["action"]> = new Map([
  ["PUSH", "push"],
  ["DELETE", "delete"],
]);

/** Reads what Amazon ECR tells EventBridge (ECR user guide, *Events and EventBridge*). */
export const parseEcr: ParsePayload = (payload) => {
  const { id, "detail-type": type, account, region, detail } = event.parse(payload);
  if (type !== "ECR Image Action") return parsed([], "not an action on an image", id);
  const image = imageAction.parse(detail);
  const action = ACTIONS.get(image["action-type"]);
  if (image.result !== "SUCCESS" || action === undefined) {
    return parsed([], "not a push or a deletion that succeeded", id);
  }
  const events = pushEvents({
    host: `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`,
    repo: image["repository-name"],
    tag: image["image-tag"],
    digest: image["image-digest"],
    action,
  });
  return parsed(events, UNTAGGED, id);
};
