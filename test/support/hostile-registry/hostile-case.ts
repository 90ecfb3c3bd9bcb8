import type { Descriptor } from "../../../lib/oci/descriptor.ts";
import type { FakeRequest, FakeResponse } from "../fake-registry/exchange.ts";
import type { Quirks } from "../fake-registry/quirks.ts";
import type { Route } from "../fake-registry/route.ts";
import type { ImageContent } from "../image-content.ts";

/** A request to a hostile registry, with the endpoint it is for. */
export interface TwistedRequest extends FakeRequest {
  readonly route: Route;
}

/** Stands before an honest registry: answers itself, or changes what passes. */
export type Twist = (
  request: TwistedRequest,
  honest: () => Promise<FakeResponse>,
) => Promise<FakeResponse>;

/** What a case may point at. */
export interface HostileGround {
  /** Origin of a foreign host that serves the image's blobs below `/blobs/`. */
  readonly foreign: string;
  /** Origin of another port of the registry's own host, with the same content. */
  readonly sibling: string;
  /** The image under the tag, unless the case brings its own. */
  readonly image: ImageContent;
  /** Largest layer of it. */
  readonly layer: Descriptor;
}

/** What a hostile registry holds and does. */
export interface HostileSetup {
  /** Under the tag at the source. */
  readonly content?: ImageContent;
  /** Tags besides `v1` for the same content. */
  readonly tags?: readonly string[];
  readonly quirks?: Quirks;
  readonly source?: Twist;
  readonly target?: Twist;
  /** Passwords are changed into tokens, at both ends. Default: they are sent with each request. */
  readonly bearer?: boolean;
  /** The image is asked for by digest, all tags are, or all like `v*`. Default: by its tag. */
  readonly wanted?: "digest" | "all-tags" | "versions";
}

/**
 * What is right: `refused`: an error, and no tag at the target; `copied`: the image, and nothing
 * asked of a foreign host; `harmless`: either, as long as a tag means the source's own bytes.
 * No credential may reach a foreign host in any of them.
 */
export type RightBehaviour = "refused" | "copied" | "harmless";

/** One way for a registry to be hostile. */
export interface HostileCase {
  readonly name: string;
  readonly right: RightBehaviour;
  /** Codes one of which our error has; none where nothing fails. */
  readonly codes: readonly string[];
  /** One of the eleven of which the peers' behaviour has been published. */
  readonly published?: true;
  arrange(ground: HostileGround): HostileSetup;
}

/** An answer whose body goes on until nobody reads it any more, bounded for the machine's sake. */
export function endless(
  status: number,
  headers: FakeResponse["headers"],
  start = "",
): FakeResponse {
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(start);
    const chunk = Buffer.alloc(ENDLESS_CHUNK_BYTES, "a");
    for (let sent = 0; sent < ENDLESS_BYTES_MAX; sent += chunk.byteLength) {
      yield Buffer.from(chunk);
      // Lets the other requests of a test have their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { status, headers, body: body() };
}

const ENDLESS_CHUNK_BYTES = 256 * 1024;
const ENDLESS_BYTES_MAX = 256 * 1024 ** 2;
