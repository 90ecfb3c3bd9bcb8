import { describe, expect, it } from "vitest";
import { headersOf } from "../../lib/http/headers.ts";
import type { Transport } from "../../lib/http/transport.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { referrersTag } from "../../lib/registry/referrers.ts";
import { remoteReader } from "../../lib/registry/remote-repository.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { randomArtifact } from "../support/random-artifact.ts";
import { randomImage } from "../support/random-image.ts";
import { randomIndex } from "../support/random-index.ts";
import {
  clientOver,
  failureOf,
  REPOSITORY,
  type RegistryRig,
  registryRig,
} from "./registry-rig.ts";

const IMAGE = randomImage({ seed: "subject" });
const SBOM = randomArtifact({ seed: "sbom", kind: "sbom", subject: IMAGE.root });

function withReferrers(quirks: Quirks): RegistryRig {
  const rig = registryRig({ quirks });
  rig.fake.seed(REPOSITORY, IMAGE, "v1");
  rig.fake.seed(REPOSITORY, SBOM);
  return rig;
}

describe("referrers", () => {
  it("are listed by the API, and nothing else is asked", async () => {
    const { reader, fake } = withReferrers({});
    const listed = await reader.referrers(IMAGE.root.digest);
    expect(listed.map(({ digest }) => digest)).toEqual([SBOM.root.digest]);
    expect(fake.log).toHaveLength(1);
  });

  const rows = [
    ["404-text", 1],
    ["404-name", 2],
    ["400", 2],
    ["405", 1],
    ["406", 1],
    ["html", 1],
  ] as const;
  it.each(rows)("P33 %s: the tag schema is used; asked %i times in two", async (kind, asked) => {
    const { reader, fake } = withReferrers({ referrers: kind });
    fake.seed(REPOSITORY, randomIndex([SBOM]), referrersTag(IMAGE.root.digest));
    for (const _ of [1, 2]) {
      const listed = await reader.referrers(IMAGE.root.digest);
      expect(listed.map(({ digest }) => digest)).toEqual([SBOM.root.digest]);
    }
    expect(fake.count({ path: "/referrers/" })).toBe(asked);
  });

  it("P33: no API and no tag means that there are none", async () => {
    const { reader } = withReferrers({ referrers: "404-text" });
    expect(await reader.referrers(IMAGE.root.digest)).toEqual([]);
  });

  it("P34: a tag of that form that holds an image lists nothing", async () => {
    const { reader, fake } = withReferrers({ referrers: "404-text" });
    fake.seed(REPOSITORY, SBOM, referrersTag(IMAGE.root.digest));
    expect(await reader.referrers(IMAGE.root.digest)).toEqual([]);
  });

  it("follow pages, each entry once, and end when pages go round", async () => {
    const pages = [pageOf("?page=2"), pageOf("?page=3"), pageOf("?page=2")];
    const asked: string[] = [];
    const client = clientOver(scripted(pages, asked));
    const reader = remoteReader(client, { registry: "registry.test", repository: REPOSITORY });
    const listed = await reader.referrers(IMAGE.root.digest);
    expect(listed.map(({ digest }) => digest)).toEqual([SBOM.root.digest]);
    expect(asked).toHaveLength(3);
  });

  it("are no use when they are no list", async () => {
    const broken = { ...pageOf(), body: '{"manifests":[{"digest":"nonsense"}]}' };
    const client = clientOver(scripted([broken], []));
    const reader = remoteReader(client, { registry: "registry.test", repository: REPOSITORY });
    const error = await failureOf(reader.referrers(IMAGE.root.digest));
    expect(error.code).toBe("MANIFEST_INVALID");
  });

  it.each([
    [`sha256:${"a".repeat(64)}`, `sha256-${"a".repeat(64)}`],
    [`sha512:${"b".repeat(128)}`, `sha512-${"b".repeat(64)}`],
  ] as const)("have a tag that is one: %s", (digest, tag) => {
    expect(referrersTag(digest)).toBe(tag);
  });
});

interface Page {
  readonly link: string | undefined;
  readonly body: string;
}

function pageOf(next?: string): Page {
  const { digest, size, mediaType } = SBOM.root;
  const body = JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size }] });
  return { body, link: next && `<${next}>; rel="next"` };
}

function scripted(pages: readonly Page[], asked: string[]): Transport {
  return {
    close: async () => undefined,
    async send({ url }) {
      const page = pages[Math.min(asked.push(url.href), pages.length) - 1];
      const type = MEDIA_TYPES.ociIndex;
      return {
        status: 200,
        headers: headersOf({ "content-type": type, link: page?.link }),
        body: (async function* () {
          yield Buffer.from(page?.body ?? "");
        })(),
        discard: async () => undefined,
      };
    },
  };
}
