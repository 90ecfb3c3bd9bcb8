/** How a registry wants a whole blob sent. */
export type UploadWay =
  /** POST, then one PUT with the body. */
  | "whole"
  /** POST, one PATCH with the body and no `Content-Range`, then an empty PUT. */
  | "streamed"
  /** POST, ranged PATCHes, and the last chunk in the PUT. */
  | "chunks";

/** What differs from the distribution-spec, or from what most registries do. */
export interface QuirkEffects {
  readonly uploadWay?: UploadWay;
  /** Least chunk, bytes; the last one may be smaller. */
  readonly chunkBytesMin?: number;
  /** Greatest chunk, bytes; 0 when the registry takes no chunks at all. */
  readonly chunkBytesMax?: number;
  /** Every chunk but the last has to be as large as the first. */
  readonly chunksEqual?: boolean;
  /** False: mounting does not work here, asking is wasted. */
  readonly mount?: boolean;
  /** False: an upload's status can not be asked for; our own count stands. */
  readonly uploadStatus?: boolean;
  /** `n` of tag listings. */
  readonly tagPageSize?: number;
  /** Least and greatest number of path components of a repository. */
  readonly nameParts?: readonly [number, number];
  /** What has to be made before the first push; ends a hint. */
  readonly createFirst?: string;
}

/** One row of the vendor table. */
export interface Quirk {
  readonly id: string;
  /** Matches the registry's name, `host[:port]`; left out: only settings bring the row in. */
  readonly hosts?: RegExp;
  readonly note: string;
  readonly link: string;
  readonly effects: QuirkEffects;
}

const MIB = 1024 ** 2;
const ANY_DEPTH = Number.POSITIVE_INFINITY;
const DISTRIBUTION_SPEC = "https://github.com/opencontainers/distribution-spec/blob/main/spec.md";

/**
 * What each vendor does differently: the only place where vendors are named. A registry that
 * matches no row is taken to follow the distribution-spec.
 */
export const QUIRKS: readonly Quirk[] = [
  {
    id: "docker-hub",
    hosts: /^docker\.io$/,
    note: "Repositories have exactly two components.",
    link: "https://docs.docker.com/docker-hub/repos/create/",
    effects: { nameParts: [2, 2] },
  },
  {
    id: "ecr",
    hosts:
      /^\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws|sc2s\.sgov\.gov|c2s\.ic\.gov)$/,
    note: "Parts of 5 to 20 MiB, upload status stuck at the first part, mounts off by default.",
    link: "https://github.com/aws/containers-roadmap/issues/2831",
    effects: {
      chunkBytesMin: 5 * MIB,
      chunkBytesMax: 20 * MIB,
      mount: false,
      uploadStatus: false,
      createFirst: "with `aws ecr create-repository`, or say createRepositories: true",
    },
  },
  {
    id: "ecr-public",
    hosts: /^public\.ecr\.aws$/,
    note: "Upload status answers 404; repositories are made beforehand.",
    link: "https://github.com/aws/containers-roadmap/issues/2831",
    effects: {
      chunkBytesMin: 5 * MIB,
      chunkBytesMax: 20 * MIB,
      uploadStatus: false,
      createFirst: "with `aws ecr-public create-repository`",
    },
  },
  {
    id: "ghcr",
    hosts: /^ghcr\.io$/,
    note: "A ranged PATCH over 4 MiB is refused; a whole PUT is not.",
    link: "https://github.com/wasmCloud/wash/issues/268",
    effects: { chunkBytesMax: 4 * MIB, nameParts: [2, ANY_DEPTH] },
  },
  {
    id: "google",
    hosts: /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io)$/,
    note: "No chunked uploads; Artifact Registry's repository resource is made beforehand.",
    link: "https://github.com/containers/skopeo/issues/1101",
    effects: {
      chunkBytesMax: 0,
      createFirst: "with `gcloud artifacts repositories create`",
    },
  },
  {
    id: "acr-personal",
    hosts:
      /^(?:registry(?:-vpc|-internal)?\.[a-z0-9-]+\.aliyuncs\.com|crpi-[a-z0-9]+(?:-vpc)?\.[a-z0-9-]+\.personal\.cr\.aliyuncs\.com)$/,
    note: "Repositories are namespace/name; the namespace is made beforehand.",
    link: "https://github.com/containers/skopeo/issues/1645",
    effects: {
      nameParts: [2, 2],
      createFirst: "or its namespace, in the console, or say createRepositories: true",
    },
  },
  {
    id: "acr-enterprise",
    hosts: /^[a-z0-9-]+-registry(?:-vpc)?\.[a-z0-9-]+\.cr\.aliyuncs\.com$/,
    note: "The namespace is made beforehand, or creates its repositories itself.",
    link: "https://www.alibabacloud.com/help/en/acr/",
    effects: {
      createFirst: "with its namespace, or say createRepositories: true",
    },
  },
  {
    id: "swr",
    hosts: /^swr\.[a-z0-9-]+\.myhuaweicloud\.com$/,
    note: "The organization is made beforehand.",
    link: "https://github.com/AliyunContainerService/image-syncer/issues/161",
    effects: {
      nameParts: [2, ANY_DEPTH],
      createFirst: "or its organization, or say createRepositories: true",
    },
  },
  {
    id: "tcr",
    hosts: /^[a-z0-9-]+\.tencentcloudcr\.com$/,
    note: "Namespace and repository are made beforehand.",
    link: "https://www.tencentcloud.com/document/product/1051",
    effects: { nameParts: [2, ANY_DEPTH], createFirst: "with its namespace, in the TCR console" },
  },
  {
    id: "volcengine",
    hosts: /^[a-z0-9-]+\.cr\.volces\.com$/,
    note: "Namespace and repository are made beforehand.",
    link: "https://www.volcengine.com/docs/6420",
    effects: { nameParts: [2, ANY_DEPTH], createFirst: "with its namespace, in the console" },
  },
  {
    id: "quay",
    hosts: /^quay\.io$/,
    note: "Tag pages hold at most 100; the organization is made beforehand.",
    link: "https://docs.projectquay.io/api_quay.html",
    effects: { tagPageSize: 100, nameParts: [2, ANY_DEPTH] },
  },
  {
    id: "streamed-upload",
    note: "A PUT with a body is refused; old JFrog wants a PATCH.",
    link: "https://jfrog.com/help/r/jfrog-artifactory-documentation/docker-registry",
    effects: { uploadWay: "streamed" },
  },
  {
    id: "chunked-upload",
    note: "A proxy in front limits the length of a body.",
    link: DISTRIBUTION_SPEC,
    effects: { uploadWay: "chunks" },
  },
  {
    id: "equal-chunks",
    note: "Chunks become the parts of a multipart upload, all of one size (R2).",
    link: "https://github.com/cloudflare/serverless-registry",
    effects: { chunksEqual: true },
  },
  {
    id: "mount",
    note: "Mounting works although the vendor's default is off (an ECR account setting).",
    link: DISTRIBUTION_SPEC,
    effects: { mount: true },
  },
  {
    id: "no-mount",
    note: "Mounting is refused or does harm.",
    link: DISTRIBUTION_SPEC,
    effects: { mount: false },
  },
];

/**
 * What is known beforehand about a registry: every row that matches its name, then the rows the
 * settings name by id, later ones winning.
 *
 * @param registry `host[:port]` in normal form.
 */
export function effectsFor(registry: string, ids: readonly string[] = []): QuirkEffects {
  const matching = QUIRKS.filter((row) => row.hosts?.test(registry));
  const named = QUIRKS.filter((row) => ids.includes(row.id));
  let effects: QuirkEffects = {};
  for (const row of [...matching, ...named]) effects = { ...effects, ...row.effects };
  return effects;
}
