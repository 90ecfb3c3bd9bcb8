import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../lib/base/secret.ts";
import { createFerry } from "../../lib/runtime/compose.ts";
import type { RunReport } from "../../lib/sync/report.ts";
import { type CountingRegistry, startCountingRegistry } from "../support/counting-registry.ts";
import type { ImageContent } from "../support/image-content.ts";
import { randomImage } from "../support/random-image.ts";
import { randomIndex } from "../support/random-index.ts";
import { policyOf } from "../support/sync-world.ts";

/** Above the size up to which a blob is sent whole: what real layers are like. */
const LAYER_BYTES = 100_000;

interface Corpus {
  readonly name: string;
  /** Requests on both sides, the 401s and token calls of a cold start included. */
  readonly budget: { readonly fresh: number; readonly rerun: number; readonly change: number };
  readonly images: () => ReadonlyMap<string, ImageContent>;
  /** The same with one layer, and so its config, replaced in one image. */
  readonly changed: () => ReadonlyMap<string, ImageContent>;
}

function image(seed: string, layers: readonly string[], architecture = "amd64"): ImageContent {
  return randomImage({
    seed,
    layers: layers.map((layer) => ({ bytes: LAYER_BYTES, seed: layer })),
    platform: { os: "linux", architecture },
  });
}

function five(changed: boolean): ReadonlyMap<string, ImageContent> {
  const last = changed ? "five-5-new" : "five-5";
  const layers = ["five-1", "five-2", "five-3", "five-4", last];
  return new Map([["v1", image(`five ${last}`, layers)]]);
}

/** 15 blobs: three configs, three shared layers, three of each platform. */
function platforms(changed: boolean): ReadonlyMap<string, ImageContent> {
  const children = ["amd64", "arm64", "s390x"].map((architecture, position) => {
    const own = [1, 2, 3].map((layer) => `${architecture}-${layer}`);
    if (changed && position === 1) own[2] = `${own[2]}-new`;
    const shared = ["shared-1", "shared-2", "shared-3"];
    return image(`platform ${own.join()}`, [...shared, ...own], architecture);
  });
  return new Map([["v1", randomIndex(children)]]);
}

/** 44 blobs: four shared layers, and a config and a layer of each of 20 tags. */
function twenty(changed: boolean): ReadonlyMap<string, ImageContent> {
  return new Map(
    Array.from({ length: 20 }, (_, position) => {
      const own = changed && position === 7 ? `own-${position}-new` : `own-${position}`;
      const layers = ["base-1", "base-2", "base-3", "base-4", own];
      return [`v${position}`, image(`twenty ${own}`, layers)] as const;
    }),
  );
}

const CORPORA: readonly Corpus[] = [
  {
    name: "one image of 5 layers",
    budget: { fresh: 26, rerun: 6, change: 17 },
    images: () => five(false),
    changed: () => five(true),
  },
  {
    name: "an index of three platforms",
    budget: { fresh: 62, rerun: 6, change: 17 },
    images: () => platforms(false),
    changed: () => platforms(true),
  },
  {
    name: "20 tags that share layers",
    budget: { fresh: 178, rerun: 28, change: 36 },
    images: () => twenty(false),
    changed: () => twenty(true),
  },
];

describe("request budgets on counting registries (bearer auth, cold start)", () => {
  let source: CountingRegistry;
  let target: CountingRegistry;
  let folder: string;

  beforeEach(async () => {
    source = await startCountingRegistry();
    target = await startCountingRegistry();
    folder = await mkdtemp(join(tmpdir(), "imageferry-budget-"));
  });

  afterEach(async () => {
    await Promise.all([source.close(), target.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function run(tags: ReadonlyMap<string, ImageContent>): Promise<RunReport> {
    const only = [...tags.keys()];
    const single = only.length === 1 ? `:${only[0]}` : "";
    const ferry = await createFerry({
      env: { XDG_RUNTIME_DIR: folder },
      home: folder,
      state: join(folder, "state.db"),
      registries: [source, target].map(({ host }) => ({ registry: host, plainHttp: true })),
      credentials: new Map(
        [source, target].map(({ host, username, password }) => [
          host,
          { username, password: { kind: "literal", secret: new Secret(password) } },
        ]),
      ),
      retries: 0,
      onEvent: () => undefined,
      userAgent: "imageferry/test",
    });
    source.reset();
    target.reset();
    try {
      const policy = policyOf(`${source.host}/app${single}`, `${target.host}/mirror/app`);
      return await ferry.sync([policy], { signal: new AbortController().signal, failFast: false });
    } finally {
      await ferry.close();
    }
  }

  function requests(): number {
    return source.requests() + target.requests();
  }

  function tally(): string {
    const lines = (registry: CountingRegistry) =>
      [...registry.tally()].map(([what, count]) => `${what}: ${count}`).sort();
    return ["source", ...lines(source), "target", ...lines(target)].join("\n");
  }

  it.each(CORPORA)("$name", async ({ budget, images, changed }) => {
    for (const [tag, content] of images()) source.registry.seed("app", content, tag);

    const fresh = await run(images());
    expect(fresh.failed).toEqual([]);
    expect(fresh.totals.copied).toBe(images().size);
    expect(requests(), tally()).toBeLessThanOrEqual(budget.fresh);

    const rerun = await run(images());
    expect(rerun.totals.unchanged).toBe(images().size);
    expect(target.registry.writes()).toEqual([]);
    expect(requests(), tally()).toBeLessThanOrEqual(budget.rerun);

    for (const [tag, content] of changed()) source.registry.seed("app", content, tag);
    const change = await run(changed());
    expect(change.totals).toMatchObject({ copied: 1, unchanged: images().size - 1 });
    expect(requests(), tally()).toBeLessThanOrEqual(budget.change);

    const arrived = target.registry.snapshot().get("mirror/app");
    for (const [tag, content] of changed()) {
      expect(arrived?.tags.get(tag)).toBe(content.root.digest);
    }
  });
});
