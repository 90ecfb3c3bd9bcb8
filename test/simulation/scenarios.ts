import type { RepositoryName } from "../../lib/oci/reference.ts";
import { DEFAULT_COPY_OPTIONS, type SyncPolicy, type TagSelection } from "../../lib/sync/policy.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { randomIndex } from "../support/random-index.ts";

export const SOURCE = "source.test";
export const TARGETS = ["target.test", "other.test"] as const;

/** A tag of the source, and what it is in turn. */
export interface MovingTag {
  readonly tag: string;
  readonly versions: readonly ImageContent[];
}

/** What is copied. */
export interface Scenario {
  readonly name: string;
  /** In the source's one repository. */
  readonly tags: readonly MovingTag[];
  /** In the source, under no tag. */
  readonly beside: readonly ImageContent[];
  readonly policies: readonly SyncPolicy[];
  /** Milliseconds between two moves of a tag. */
  readonly movesEveryMs: number;
  /** Runs of the same policies at once. */
  readonly runs: number;
  /** Targets want a password. */
  readonly isLocked: boolean;
}

const APP: RepositoryName = { registry: SOURCE, repository: "app" };
const EVERY_TAG: TagSelection = { kind: "listed", include: [], exclude: [] };

function policy(
  name: string,
  targets: readonly RepositoryName[],
  changes: Partial<SyncPolicy> = {},
): SyncPolicy {
  return {
    name,
    source: APP,
    select: EVERY_TAG,
    targets: targets.map((repository) => ({ repository })),
    options: DEFAULT_COPY_OPTIONS,
    ...changes,
  };
}

function target(repository: string, registry: string = TARGETS[0]): RepositoryName {
  return { registry, repository };
}

const BASE = { bytes: 200, seed: "base" };
const image = (seed: string): ImageContent => randomImage({ seed, layers: [BASE, 100] });

const QUIET = { beside: [], movesEveryMs: 0, runs: 1, isLocked: false } as const;

const LATEST: TagSelection = {
  kind: "named",
  references: [{ reference: { kind: "tag", tag: "latest" } }],
};

const ONE_TAG: Scenario = {
  ...QUIET,
  name: "one tag",
  tags: [{ tag: "latest", versions: [randomImage({ seed: "one", layers: [BASE] })] }],
  policies: [policy("one", [target("app")], { select: LATEST })],
};

const SHARED_LAYERS: Scenario = {
  ...QUIET,
  name: "shared layers",
  tags: ["v1", "v2"].map((tag) => ({ tag, versions: [image(tag)] })),
  policies: [policy("app", [target("app")]), policy("copy", [target("copy")])],
};

const PLATFORMS = ["amd64", "arm64"].map((architecture) =>
  randomImage({
    seed: architecture,
    layers: [BASE, 100],
    platform: { os: "linux", architecture },
  }),
);

const INDEX: Scenario = {
  ...QUIET,
  name: "index behind a password",
  tags: [{ tag: "latest", versions: [randomIndex(PLATFORMS)] }],
  policies: [policy("index", [target("app")])],
  isLocked: true,
};

const TWO_TARGETS: Scenario = {
  ...QUIET,
  name: "two targets",
  // Long enough to be streamed on while it comes.
  tags: [{ tag: "latest", versions: [randomImage({ seed: "large", layers: [70_000, 100] })] }],
  policies: [policy("both", [target("app"), target("app", TARGETS[1])])],
};

const SIGNED = image("signed");

const REFERRERS: Scenario = {
  ...QUIET,
  name: "signed image",
  tags: [{ tag: "latest", versions: [SIGNED] }],
  beside: [randomArtifact({ seed: "sig", kind: "signature", subject: SIGNED.root })],
  policies: [
    policy("signed", [target("app")], { options: { ...DEFAULT_COPY_OPTIONS, referrers: true } }),
  ],
};

const MOVING: Scenario = {
  ...QUIET,
  name: "moving tag and two runs",
  tags: [{ tag: "latest", versions: ["m1", "m2", "m3", "m4"].map(image) }],
  policies: [policy("moving", [target("app")])],
  movesEveryMs: 40_000,
  runs: 2,
};

/** The scenarios, the smallest first. */
export const SCENARIOS: readonly Scenario[] = [
  ONE_TAG,
  SHARED_LAYERS,
  INDEX,
  TWO_TARGETS,
  REFERRERS,
  MOVING,
];
