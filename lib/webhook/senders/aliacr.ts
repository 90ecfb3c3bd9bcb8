import * as z from "zod";
import { bodyId } from "../body-id.ts";
import { cloudEventOf } from "../cloud-event.ts";
import { type ParsedPayload, type ParsePayload, parsed, UNTAGGED } from "../parsed-payload.ts";
import { pushEvents } from "../push-event.ts";

const trigger = z.object({
  push_data: z.object({ tag: z.string().nullish(), digest: z.string().nullish() }),
  repository: z.object({ repo_full_name: z.string(), region: z.string().nullish() }),
});

const pushCompleted = z.object({
  InstanceName: z.string(),
  RegionId: z.string(),
  RepoNamespaceName: z.string(),
  RepoName: z.string(),
  Tag: z.string().nullish(),
  Digest: z.string().nullish(),
});

/**
 * Reads the trigger of Alibaba Cloud's registries, and EventBridge's event of the Enterprise
 * edition. A trigger of that edition does not tell its instance: the route or `registry_url` does.
 */
export const parseAliAcr: ParsePayload = (payload, raw) => {
  const cloudEvent = cloudEventOf(payload, raw);
  if (cloudEvent !== undefined) {
    const { type, data, deliveryId } = cloudEvent;
    if (type === "cr:Artifact:PushCompleted") return completedPush(data, deliveryId);
    return parsed([], "not a push", deliveryId);
  }
  const { push_data, repository } = trigger.parse(payload);
  const { repo_full_name: repo, region } = repository;
  const host = region ? `registry.${region}.aliyuncs.com` : "";
  const events = pushEvents({ host, repo, ...push_data, action: "push" });
  return parsed(events, UNTAGGED, bodyId(raw));
};

function completedPush(data: unknown, deliveryId: string): ParsedPayload {
  const { InstanceName, RegionId, RepoNamespaceName, RepoName, Tag, Digest } =
    pushCompleted.parse(data);
  const events = pushEvents({
    host: `${InstanceName}-registry.${RegionId}.cr.aliyuncs.com`,
    repo: `${RepoNamespaceName}/${RepoName}`,
    tag: Tag,
    digest: Digest,
    action: "push",
  });
  return parsed(events, UNTAGGED, deliveryId);
}
