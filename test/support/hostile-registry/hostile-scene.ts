import type { Digest } from "../../../lib/oci/digest.ts";
import { listenOn } from "../fake-registry/listen.ts";
import type { Respond } from "../fake-registry/memory-transport.ts";
import { routeOf } from "../fake-registry/route.ts";
import { createFakeRegistry, type FakeRegistry } from "../fake-registry.ts";
import { gzipLikeImage } from "../gzip-like-image.ts";
import type { ImageContent } from "../image-content.ts";
import { type Canary, type CanaryRequest, startCanary } from "./canary.ts";
import type { HostileCase, HostileSetup, Twist } from "./hostile-case.ts";

/** One end of a copy, with its login. */
export interface HostileEnd {
  readonly registry: FakeRegistry;
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** Two registries, of which one is hostile, and two hosts that are none of ours. */
export interface HostileScene {
  readonly source: HostileEnd;
  readonly target: HostileEnd;
  readonly setup: HostileSetup;
  /** Digest that the tag has at the source. */
  readonly digest: Digest;
  /** Passwords that nobody else may learn. */
  readonly secrets: readonly string[];
  /** Hosts that are none of ours, `host:port`. */
  readonly strangers: readonly string[];
  /** What came to them. */
  strayed(): readonly CanaryRequest[];
  /** Whether the target's tag is there, and means the source's image. */
  tagAtTarget(): "none" | "right" | "wrong";
  close(): Promise<void>;
}

/** The repository at both ends. */
export const REPOSITORY = "team/app";
const LAYER_BYTES = 200_000;

/** How a tool fared. */
export interface HostileOutcome {
  /** It ended, and said that all is well. */
  readonly succeeded: boolean;
  readonly tag: ReturnType<HostileScene["tagAtTarget"]>;
  readonly strayed: readonly CanaryRequest[];
}

/** Tells whether a tool did right. */
export function isRight({ right }: HostileCase, outcome: HostileOutcome): boolean {
  const { succeeded, tag, strayed } = outcome;
  if (strayed.some(({ hasCredentials }) => hasCredentials)) return false;
  switch (right) {
    case "refused":
      return !succeeded && tag === "none";
    case "copied":
      return succeeded && tag === "right" && strayed.length === 0;
    case "harmless":
      return succeeded ? tag === "right" : tag === "none";
  }
}

/** Starts what a case is played with. */
export async function startHostileScene(hostile: HostileCase): Promise<HostileScene> {
  const image = gzipLikeImage("under attack", [LAYER_BYTES, 3000]);
  const passwords = { source: "CANARY-5ource/pa55+word", target: "CANARY-7arget/pa55+word" };
  const secrets = Object.values(passwords);
  const blobAt = (path: string) => blobOf(image, path);
  const foreign = await startCanary("127.0.0.2", secrets, blobAt);
  const sibling = await startCanary("127.0.0.1", secrets, blobAt);
  const layer = [...image.blobs].find(([, { bytes }]) => bytes === LAYER_BYTES)?.[0];
  if (layer === undefined) throw new Error("the image has no layer");
  const setup = hostile.arrange({
    foreign: foreign.origin,
    sibling: sibling.origin,
    image,
    layer: { mediaType: "", digest: layer, size: LAYER_BYTES },
  });
  const content = setup.content ?? image;
  const source = await startEnd("reader", passwords.source, setup);
  source.registry.seed(REPOSITORY, content, "v1", ...(setup.tags ?? []));
  const target = await startEnd("writer", passwords.target, {
    ...(setup.bearer !== undefined && { bearer: setup.bearer }),
    ...(setup.target && { source: setup.target }),
  });
  return {
    ...{ source, target, setup, secrets },
    digest: content.root.digest,
    strangers: [foreign, sibling].map(({ origin }) => new URL(origin).host),
    strayed: () => [...foreign.requests, ...sibling.requests],
    tagAtTarget: () => {
      const tags = target.registry.store.get(REPOSITORY)?.tags;
      if (tags === undefined || tags.size === 0) return "none";
      return [...tags.values()].every((digest) => digest === content.root.digest)
        ? "right"
        : "wrong";
    },
    close: () => closeAll([foreign, sibling, source, target]),
  };
}

async function startEnd(
  username: string,
  password: string,
  { bearer, quirks, source: twist }: HostileSetup,
): Promise<HostileEnd & { close(): Promise<void> }> {
  const registry = createFakeRegistry({
    auth: { kind: bearer ? "bearer" : "basic", username, password },
    // Attackers push what no honest registry would take.
    lenient: true,
    ...(quirks && { quirks }),
  });
  const { port, close } = await listenOn(twisted(registry, twist));
  return { registry, host: `127.0.0.1:${port}`, username, password, close };
}

function twisted(registry: FakeRegistry, twist: Twist | undefined): Respond {
  if (twist === undefined) return registry.handle;
  return (request) =>
    twist({ ...request, route: routeOf(request.url.pathname) }, () => registry.handle(request));
}

function blobOf(image: ImageContent, path: string): Uint8Array | undefined {
  const name = path.split("/").at(-1) ?? "";
  return [...image.blobs].find(([digest]) => digest === name)?.[1].whole();
}

async function closeAll(open: readonly Pick<Canary, "close">[]): Promise<void> {
  await Promise.all(open.map((one) => one.close()));
}
