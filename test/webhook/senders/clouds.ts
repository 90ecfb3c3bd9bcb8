import {
  caseNamed,
  changed,
  DIGEST,
  type Variant,
  type WebhookCase,
  withBody,
  withHeaders,
  withQuery,
} from "../webhook-cases.ts";

const GITHUB = "package.package_version.container_metadata";
const RESOURCE = "event_data.resources.0";
const ECR_HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const SHORT = DIGEST.slice(7, 13);

/** A message of Google's with this notification in it. */
function pubSub(notification: object): WebhookCase {
  const data = Buffer.from(JSON.stringify(notification)).toString("base64");
  return changed("gar-pubsub", { "message.data": data });
}

/** What services send besides the usual push, as their documentation tells. */
export const CLOUD_VARIANTS: readonly Variant[] = [
  [
    "dockerhub: an official image",
    changed("dockerhub", { "repository.repo_name": "nginx" }),
    ["push docker.io/library/nginx:1.4.0 -"],
  ],
  [
    "dockerhub: an official image with its namespace",
    changed("dockerhub", { "repository.repo_name": "library/nginx" }),
    ["push docker.io/library/nginx:1.4.0 -"],
  ],
  ["dockerhub: no tag", changed("dockerhub", { "push_data.tag": null }), []],
  ["swr: a child manifest", changed("huawei-swr-ee", { [`${RESOURCE}.tag`]: DIGEST }), []],
  [
    "tcr: a deletion",
    changed("tencent-tcr", { type: "deleteImage" }),
    [`delete acme.tencentcloudcr.com/acme/api:1.4.0 ${SHORT}`],
  ],
  [
    "aliacr: another region",
    changed("aliacr-personal", { "repository.region": "ap-southeast-1" }),
    [`push registry.ap-southeast-1.aliyuncs.com/acme/api:1.4.0 ${SHORT}`],
  ],
  [
    "aliacr: an instance of the Enterprise edition, by its address",
    withQuery(
      caseNamed("aliacr-personal"),
      "registry_url=acme-registry.cn-beijing.cr.aliyuncs.com",
    ),
    [`push acme-registry.cn-beijing.cr.aliyuncs.com/acme/api:1.4.0 ${SHORT}`],
  ],
  [
    "aliacr: an event of EventBridge that is no push",
    changed("aliacr-eventbridge", { type: "cr:Artifact:SynchronizationCompleted" }),
    [],
  ],
  [
    "quay: several tags",
    changed("quay", { updated_tags: ["1.4.0", "latest", "1.4.0"] }),
    ["push quay.io/acme/api:1.4.0 -", "push quay.io/acme/api:latest -"],
  ],
  [
    "quay: a server of one's own",
    changed("quay", { docker_url: "quay.example.com:8443/acme/api" }),
    ["push quay.example.com:8443/acme/api:1.4.0 -"],
  ],
  ["quay: a finding of its scanner", changed("quay", { updated_tags: undefined }), []],
  [
    "github: a child manifest has an empty tag",
    changed("ghcr-package", { [`${GITHUB}.tag.name`]: "" }),
    [],
  ],
  ["github: no tag at all", changed("ghcr-package", { [`${GITHUB}.tag`]: undefined }), []],
  ["github: no metadata", changed("ghcr-package", { [GITHUB]: null }), []],
  [
    "github: the tag's digest where the manifest's is missing",
    changed("ghcr-package", { [`${GITHUB}.manifest`]: undefined }),
    [`push ghcr.io/acme-org/shop/api:1.4.0 ${SHORT}`],
  ],
  [
    "github: an update",
    changed("ghcr-package", { action: "updated" }),
    [`push ghcr.io/acme-org/shop/api:1.4.0 ${SHORT}`],
  ],
  ["github: a package of npm", changed("ghcr-package", { "package.package_type": "npm" }), []],
  [
    "github: an event of something else",
    withHeaders(caseNamed("ghcr-package"), { "X-GitHub-Event": "push" }),
    [],
  ],
  [
    "github: registry_package",
    (() => {
      const one = caseNamed("ghcr-package");
      const { package: pushed, ...rest } = JSON.parse(Buffer.from(one.raw.body).toString("utf8"));
      const body = JSON.stringify({ ...rest, registry_package: pushed });
      return withHeaders(withBody(one, body), { "X-GitHub-Event": "registry_package" });
    })(),
    [`push ghcr.io/acme-org/shop/api:1.4.0 ${SHORT}`],
  ],
  [
    "github: an organisation without its address",
    changed("ghcr-package", { "package.package_version.package_url": null }),
    [`push ghcr.io/acme-org/shop/api:1.4.0 ${SHORT}`],
  ],
  ["azure: an untagged push", changed("azure-acr-push", { "target.tag": undefined }), []],
  ["azure: an empty tag", changed("azure-acr-push", { "target.tag": "" }), []],
  ["azure: a chart", changed("azure-acr-push", { action: "chart_push" }), []],
  ["azure: a quarantine", changed("azure-acr-push", { action: "quarantine" }), []],
  [
    "azure: another cloud",
    changed("azure-acr-push", { "request.host": "Acme.azurecr.cn" }),
    [`push acme.azurecr.cn/shop/api:1.4.0 ${SHORT}`],
  ],
  [
    "azure: Event Grid in the schema of CloudEvents",
    (() => {
      const one = caseNamed("azure-eventgrid");
      const [{ data }] = JSON.parse(Buffer.from(one.raw.body).toString("utf8"));
      const type = "Microsoft.ContainerRegistry.ImagePushed";
      return withBody(
        one,
        JSON.stringify({ specversion: "1.0", id: "1", source: "s", type, data }),
      );
    })(),
    [`push acme.azurecr.io/shop/api:1.4.0 ${SHORT}`],
  ],
  [
    "azure: Event Grid of a deletion",
    changed("azure-eventgrid", { "0.eventType": "Microsoft.ContainerRegistry.ImageDeleted" }),
    [`delete acme.azurecr.io/shop/api:1.4.0 ${SHORT}`],
  ],
  [
    "azure: Event Grid of a chart",
    changed("azure-eventgrid", { "0.eventType": "Microsoft.ContainerRegistry.ChartPushed" }),
    [],
  ],
  [
    "ecr: a region in China",
    changed("ecr-eventbridge", { region: "cn-north-1" }),
    [`push 123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/shop/api:1.4.0 ${SHORT}`],
  ],
  ["ecr: a failure", changed("ecr-eventbridge", { "detail.result": "FAILURE" }), []],
  ["ecr: no tag", changed("ecr-eventbridge", { "detail.image-tag": undefined }), []],
  [
    "ecr: a deletion",
    changed("ecr-eventbridge", { "detail.action-type": "DELETE" }),
    [`delete ${ECR_HOST}/shop/api:1.4.0 ${SHORT}`],
  ],
  ["ecr: a scan", changed("ecr-eventbridge", { "detail-type": "ECR Image Scan" }), []],
  [
    "ecr: a replication",
    changed("ecr-eventbridge", { "detail-type": "ECR Replication Action" }),
    [],
  ],
  [
    "google: an untagged push",
    pubSub({ action: "INSERT", digest: `eu-docker.pkg.dev/p/r/api@${DIGEST}` }),
    [],
  ],
  [
    "google: a port and a tag without digest",
    pubSub({ action: "INSERT", tag: "registry.example.com:5000/p/r/api:v1" }),
    ["push registry.example.com:5000/p/r/api:v1 -"],
  ],
  [
    "google: a deletion of a tag",
    pubSub({ action: "DELETE", tag: "gcr.io/p/api:v1" }),
    ["delete gcr.io/p/api:v1 -"],
  ],
  [
    "google: a deletion of a digest",
    pubSub({ action: "DELETE", digest: `gcr.io/p/api@${DIGEST}` }),
    [`delete gcr.io/p/api:null ${SHORT}`],
  ],
];
