import {
  caseNamed,
  changed,
  DIGEST,
  type Variant,
  withBody,
  withHeaders,
  withQuery,
} from "../webhook-cases.ts";

const RESOURCE = "event_data.resources.0";
const SHORT = DIGEST.slice(7, 13);

/** What servers of one's own send besides the usual push, as documentation and sources tell. */
export const SERVER_VARIANTS: readonly Variant[] = [
  [
    "harbor: a child manifest has its digest for a tag",
    changed("harbor-v2-push", {
      [`${RESOURCE}.tag`]: DIGEST,
      [`${RESOURCE}.resource_url`]: `harbor.example.com/acme/shop/api@${DIGEST}`,
    }),
    [],
  ],
  [
    "harbor: several resources",
    changed("harbor-v2-push", {
      "event_data.resources.1": { tag: "1.4", resource_url: "harbor.example.com/a/b:1.4" },
    }),
    [
      `push harbor.example.com/acme/shop/api:1.4.0 ${SHORT}`,
      "push harbor.example.com/acme/shop/api:1.4 -",
    ],
  ],
  [
    "harbor: a host with a port",
    changed("harbor-v2-push", { [`${RESOURCE}.resource_url`]: "h.example:8443/acme/shop/api:1" }),
    [`push h.example:8443/acme/shop/api:1.4.0 ${SHORT}`],
  ],
  ["harbor: a pull", changed("harbor-v2-push", { type: "PULL_ARTIFACT" }), []],
  ["harbor: a scan", changed("harbor-v2-push", { type: "SCANNING_COMPLETED" }), []],
  [
    "harbor: a replication, which has another shape",
    changed("harbor-v2-push", { type: "REPLICATION", event_data: { replication: {} } }),
    [],
  ],
  [
    "harbor 1: a deletion",
    changed("harbor-v1-push", { type: "deleteImage" }),
    [`delete harbor1.example.com/library/api:1.4.0 ${SHORT}`],
  ],
  [
    "harbor: a CloudEvent of a deletion",
    changed("harbor-v2-cloudevents", { type: "harbor.artifact.deleted" }),
    [`delete harbor.example.com/acme/shop/api:1.4.0 ${SHORT}`],
  ],
  [
    "harbor: a deletion of an untagged manifest",
    changed("harbor-v2-delete", { [`${RESOURCE}.tag`]: DIGEST, [`${RESOURCE}.digest`]: undefined }),
    [`delete harbor.example.com/acme/shop/api:null ${SHORT}`],
  ],
  [
    "harbor: a batch of CloudEvents",
    (() => {
      const one = caseNamed("harbor-v2-cloudevents");
      const text = Buffer.from(one.raw.body).toString("utf8");
      return withBody(one, `[${text},${text.replace(":1.4.0", ":2").replace('"1.4.0"', '"2"')}]`);
    })(),
    [
      `push harbor.example.com/acme/shop/api:1.4.0 ${SHORT}`,
      `push harbor.example.com/acme/shop/api:2 ${SHORT}`,
    ],
  ],
  [
    "distribution: another media type of its own",
    withHeaders(caseNamed("distribution"), {
      "Content-Type": "application/vnd.docker.distribution.events.v2+json",
    }),
    [
      "push registry.example.com:5000/acme/api:1.4.0 1bc04b",
      "delete registry.example.com:5000/acme/api:1.3.0 -",
      "delete registry.example.com:5000/acme/api:null cba06b",
    ],
  ],
  ["distribution: no events", changed("distribution", { events: [] }), []],
  ["gitlab: a pull", changed("gitlab-registry", { "events.0.action": "pull" }), []],
  ["gitlab: a mount", changed("gitlab-registry", { "events.0.action": "mount" }), []],
  [
    "gitlab: a child manifest",
    changed("gitlab-registry", { "events.0.target.tag": undefined }),
    [],
  ],
  [
    "jfrog: a child manifest",
    changed("jfrog-pushed", { "data.tag": DIGEST, "data.name": "manifest.json" }),
    [],
  ],
  [
    "jfrog: a promotion",
    changed("jfrog-pushed", { event_type: "promoted" }),
    ["push acme.jfrog.io/docker-local/shop/api:1.4.0 1bc04b"],
  ],
  [
    "jfrog: a deletion",
    changed("jfrog-pushed", { event_type: "deleted" }),
    ["delete acme.jfrog.io/docker-local/shop/api:1.4.0 1bc04b"],
  ],
  ["jfrog: another domain", changed("jfrog-pushed", { domain: "artifact" }), []],
  [
    "jfrog: names by subdomain",
    withQuery(caseNamed("jfrog-pushed"), "method=subdomain"),
    ["push docker-local.acme.jfrog.io/shop/api:1.4.0 1bc04b"],
  ],
  [
    "jfrog: names by port",
    withQuery(caseNamed("jfrog-pushed"), "method=port&registry_url=https://acme.jfrog.io:5001/"),
    ["push acme.jfrog.io:5001/shop/api:1.4.0 1bc04b"],
  ],
  [
    "nexus: a tag that is pushed again is an asset",
    changed("nexus-component", {
      action: "UPDATED",
      component: undefined,
      asset: { format: "docker", name: "v2/acme/api/manifests/1.4.0" },
    }),
    ["push nexus.example.com:8082/acme/api:1.4.0 -"],
  ],
  [
    "nexus: an asset that is a blob",
    changed("nexus-component", {
      component: undefined,
      asset: { format: "docker", name: `v2/-/blobs/${DIGEST}` },
    }),
    [],
  ],
  [
    "nexus: an asset that is a child manifest",
    changed("nexus-component", {
      component: undefined,
      asset: { format: "docker", name: `v2/acme/api/manifests/${DIGEST}` },
    }),
    [],
  ],
  ["nexus: another format", changed("nexus-component", { "component.format": "maven2" }), []],
  [
    "nexus: a deletion",
    changed("nexus-component", { action: "DELETED" }),
    ["delete nexus.example.com:8082/acme/api:1.4.0 -"],
  ],
  [
    "gitea: a child manifest has its digest for a version",
    changed("gitea-package", { "package.version": DIGEST }),
    [],
  ],
  ["gitea: another type", changed("gitea-package", { "package.type": "npm" }), []],
  [
    "gitea: another event",
    withHeaders(caseNamed("gitea-package"), { "X-Gitea-Event": "push" }),
    [],
  ],
  [
    "gitea: Forgejo's own header",
    withHeaders(caseNamed("gitea-package"), { "X-Forgejo-Event": "package", "X-Gitea-Event": "" }),
    ["push gitea.example.com/acme/shop/api:1.4.0 -"],
  ],
  [
    "zot: a reference that is a digest",
    changed("zot-cloudevents-binary", { reference: DIGEST }),
    [],
  ],
  [
    "zot: a deletion",
    withHeaders(caseNamed("zot-cloudevents-binary"), { "Ce-Type": "zotregistry.image.deleted" }),
    [`delete zot.example.com:5000/acme/api:1.4.0 ${SHORT}`],
  ],
  [
    "zot: a new repository",
    withHeaders(caseNamed("zot-cloudevents-binary"), {
      "Ce-Type": "zotregistry.repository.created",
    }),
    [],
  ],
  [
    "zot: structured mode",
    (() => {
      const one = caseNamed("zot-cloudevents-binary");
      const data: unknown = JSON.parse(Buffer.from(one.raw.body).toString("utf8"));
      const type = "zotregistry.image.updated";
      const event = { specversion: "1.0", id: "1", source: "zot", type, data };
      const headers = new Map([["Content-Type", "application/cloudevents+json"]]);
      return { ...one, raw: { ...one.raw, headers, body: Buffer.from(JSON.stringify(event)) } };
    })(),
    [`push zot.example.com:5000/acme/api:1.4.0 ${SHORT}`],
  ],
  [
    "generic: a short name",
    changed("generic", { name: "nginx", digest: undefined }),
    ["push docker.io/library/nginx:1.4.0 -"],
  ],
  [
    "generic: a name with its tag",
    changed("generic", { name: "localhost:5000/api:v2", tag: undefined }),
    [`push localhost:5000/api:v2 ${SHORT}`],
  ],
  [
    "generic: a deletion",
    changed("generic", { action: "delete" }),
    [`delete registry.example.com:5000/acme/api:1.4.0 ${SHORT}`],
  ],
];
