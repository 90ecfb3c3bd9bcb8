import type { AlicloudCall } from "../auth/alicloud-api.ts";

/** A repository of Alibaba Cloud's Container Registry within its namespace. */
export interface AcrName {
  readonly namespace: string;
  readonly repository: string;
}

type Part = Pick<AlicloudCall, "action" | "method" | "path" | "body" | "query">;

/** CreateRepository of the Enterprise edition; CreateRepo of the personal one, without an instance. */
export function createRepository(
  instanceId: string | undefined,
  { namespace, repository }: AcrName,
  immutableTags: boolean,
): Part {
  const summary = "Made by imageferry";
  if (instanceId === undefined) {
    const names = { RepoNamespace: namespace, RepoName: repository };
    const body = { Repo: { ...names, Summary: summary, RepoType: "PRIVATE" } };
    return { action: "CreateRepo", method: "PUT", path: "/repos", body };
  }
  return {
    action: "CreateRepository",
    query: {
      InstanceId: instanceId,
      RepoNamespaceName: namespace,
      RepoName: repository,
      RepoType: "PRIVATE",
      Summary: summary,
      ...(immutableTags && { TagImmutability: "true" }),
    },
  };
}

/** CreateNamespace of either edition. */
export function createNamespace(instanceId: string | undefined, { namespace }: AcrName): Part {
  const action = "CreateNamespace";
  if (instanceId === undefined) {
    return {
      action,
      method: "PUT",
      path: "/namespace",
      body: { Namespace: { Namespace: namespace } },
    };
  }
  return { action, query: { InstanceId: instanceId, NamespaceName: namespace } };
}

/** GetRepository of the Enterprise edition, GetRepo of the personal one. */
export function getRepository(
  instanceId: string | undefined,
  { namespace, repository }: AcrName,
): Part {
  if (instanceId === undefined) {
    const path = `/repos/${encodeURIComponent(namespace)}/${encodeURIComponent(repository)}`;
    return { action: "GetRepo", method: "GET", path };
  }
  const query = { InstanceId: instanceId, RepoNamespaceName: namespace, RepoName: repository };
  return { action: "GetRepository", query };
}
