import { createFakeRegistry, type FakeRegistry } from "../fake-registry.ts";
import { gzipLikeImage } from "../gzip-like-image.ts";
import type { ImageContent } from "../image-content.ts";
import { type ChaosProxy, startChaosProxy } from "./chaos-proxy.ts";
import type { ChaosRule } from "./fault.ts";
import type { FaultGround, FaultScenario, FaultSetup } from "./scenario.ts";

/** One end of a copy, behind its proxy. */
export interface ChaosEnd {
  readonly registry: FakeRegistry;
  readonly proxy: ChaosProxy;
  readonly host: string;
  readonly username?: string;
  readonly password?: string;
}

/** Two registries behind proxies. */
export interface ChaosScene {
  readonly source: ChaosEnd;
  readonly target: ChaosEnd;
  /** The proxies have rules: one at least has to strike. */
  readonly isScripted: boolean;
  /** Bytes of blobs that were read and sent, as multiples of the image. */
  traffic(): { readonly down: number; readonly up: number };
  /** Whether the target's tag is there, and everything below it. */
  tagAtTarget(): "none" | "right" | "wrong";
  close(): Promise<void>;
}

/** The repository at both ends; its tag is `v1`. */
export const REPOSITORY = "team/app";
const LAYERS = [32, 8, 1] as const;
const LOGIN = { username: "robot", password: "pa55word" } as const;

/** Starts what a scenario is played with; the large layer has 32 units of bytes. */
export async function startChaosScene(scenario: FaultScenario, unit: number): Promise<ChaosScene> {
  const image = imageOf(unit);
  const setup = scenario.arrange(groundOf(image, unit));
  const source = await startEnd(setup, setup.source, setup.sourceQuirks);
  const target = await startEnd(setup, setup.target, setup.targetQuirks);
  source.registry.seed(REPOSITORY, image, "v1");
  const imageBytes = [...image.blobs.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    ...{ source, target },
    isScripted: [...(setup.source ?? []), ...(setup.target ?? [])].length > 0,
    traffic: () => ({
      down: bytesOf(source.proxy, "down") / imageBytes,
      up: bytesOf(target.proxy, "up") / imageBytes,
    }),
    tagAtTarget: () => {
      const held = target.registry.store.get(REPOSITORY);
      if (held === undefined || held.tags.size === 0) return "none";
      const isWhole =
        [...image.blobs.keys()].every((digest) => held.blobs.has(digest)) &&
        [...image.manifests.keys()].every((digest) => held.manifests.has(digest));
      return isWhole && held.tags.get("v1") === image.root.digest ? "right" : "wrong";
    },
    close: async () => {
      await Promise.all([source.close(), target.close()]);
    },
  };
}

/** By unit: hashing takes long, and all scenarios have the same one. */
const images = new Map<number, ImageContent>();

function imageOf(unit: number): ImageContent {
  const sizes = LAYERS.map((units) => Math.floor(units * unit));
  const image = images.get(unit) ?? gzipLikeImage(`chaos ${unit}`, sizes);
  images.set(unit, image);
  return image;
}

function groundOf(image: ImageContent, unit: number): FaultGround {
  const [big, middle, small] = LAYERS.map(
    (units) => [...image.blobs].find(([, { bytes }]) => bytes === Math.floor(units * unit))?.[0],
  );
  if (big === undefined || middle === undefined || small === undefined) {
    throw new Error("the image lacks a layer");
  }
  return { unit, big, middle, small, manifest: image.root };
}

async function startEnd(
  { bearer, always }: FaultSetup,
  rules: readonly ChaosRule[] = [],
  quirks: FaultSetup["sourceQuirks"] = {},
): Promise<ChaosEnd & { close(): Promise<void> }> {
  const registry = createFakeRegistry({
    ...{ quirks },
    ...(bearer && { auth: { kind: "bearer", ...LOGIN } }),
  });
  const server = await registry.listen();
  const proxy = await startChaosProxy(server.url, { rules, ...always });
  return {
    ...{ registry, proxy, host: proxy.host },
    ...(bearer && LOGIN),
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

function bytesOf({ log }: ChaosProxy, way: "down" | "up"): number {
  const kinds = way === "down" ? ["blob"] : ["upload", "uploads"];
  return log.filter(({ kind }) => kinds.includes(kind)).reduce((sum, entry) => sum + entry[way], 0);
}
