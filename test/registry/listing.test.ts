import { describe, expect, it } from "vitest";
import { listRepositories } from "../../lib/registry/catalog.ts";
import type { RepositoryReader, TagPage } from "../../lib/registry/repository.ts";
import { tagPages } from "../../lib/registry/tag-pages.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { randomImage } from "../support/random-image.ts";
import { failureOf, PASSWORD, REPOSITORY, type RegistryRig, registryRig } from "./registry-rig.ts";

const IMAGE = randomImage({ seed: "listed", layers: [] });
const TAGS = Array.from({ length: 250 }, (_, number) => `v${String(number).padStart(3, "0")}`);

function seeded(quirks: Quirks, tags: readonly string[] = TAGS): RegistryRig {
  const rig = registryRig({ quirks });
  rig.fake.seed(REPOSITORY, IMAGE, ...tags);
  return rig;
}

async function allTags(reader: RepositoryReader): Promise<string[]> {
  const tags: string[] = [];
  for await (const page of tagPages(reader)) tags.push(...page.tags);
  return tags;
}

describe("tag listings of registries with oddities", () => {
  const complete: readonly (readonly [string, Quirks, number])[] = [
    ["no oddity", {}, 1],
    ["P10 everything at once, unsorted", { paging: "none" }, 1],
    ["P11 relative", { maxN: 100 }, 3],
    ["P11 absolute", { maxN: 100, link: "absolute" }, 3],
    ["P11 unquoted", { maxN: 100, link: "unquoted" }, 3],
    ["P11 comma-joined", { maxN: 100, link: "comma-joined" }, 3],
    ["P11 extra parameters", { maxN: 100, link: "extra-parameters" }, 3],
    ["P12 over the cap is 400", { maxN: 100, overCap: 400 }, 4],
    ["P12 over the cap is 405", { maxN: 100, overCap: 405 }, 4],
    ["P12 even 100 is over the cap", { maxN: 50, overCap: 400 }, 7],
    ["P15 pages one short", { maxN: 100, pageShort: true }, 3],
    ["P16 opaque pages", { maxN: 100, paging: "opaque" }, 3],
  ];
  it.each(complete)("%s: every tag", async (_, quirks, requests) => {
    const { reader, fake } = seeded(quirks);
    expect((await allTags(reader)).toSorted()).toEqual(TAGS);
    expect(fake.log).toHaveLength(requests);
  });

  it("P12: the page size that works is remembered", async () => {
    const { reader, fake } = seeded({ maxN: 100, overCap: 400 });
    await allTags(reader);
    fake.forgetRequests();
    await allTags(reader);
    expect(fake.log).toHaveLength(3);
  });

  const bounded: readonly (readonly [string, Quirks])[] = [
    ["P13 a page that links to itself", { maxN: 100, link: "loop" }],
    ["P13 empty pages without end", { maxN: 100, link: "empty-page" }],
  ];
  it.each(bounded)("%s: ends", async (_, quirks) => {
    const { reader, fake } = seeded(quirks);
    expect((await allTags(reader)).length).toBeGreaterThanOrEqual(100);
    expect(fake.log.length).toBeLessThanOrEqual(6);
  });

  it("P13: a page on another host is refused", async () => {
    const { reader } = seeded({ maxN: 100, link: "other-host" });
    const error = await failureOf(allTags(reader));
    expect(error).toMatchObject({ code: "LINK_FOREIGN_HOST", remedy: "giveUp" });
  });

  it.each(["//evil.test/v2/", "https://evil.test/", "@evil.test/", "/\\evil.test/"])(
    "P13: a position such as %s stays at the registry",
    async (from) => {
      const { reader, fake } = seeded({});
      await reader.listTags({ from }).catch(() => undefined);
      expect(fake.log.map(({ host }) => host)).toEqual(["registry.test"]);
    },
  );

  it("P14: what is no tag is left out", async () => {
    const { reader } = seeded({ tags: "dirty" }, ["v1", "v2"]);
    expect((await allTags(reader)).toSorted()).toEqual(["v1", "v2"]);
  });

  it("P14: null is an empty page", async () => {
    const { reader } = seeded({ tags: "null" }, []);
    expect(await reader.listTags()).toEqual({ tags: [] });
  });

  it("tells a repository that is not there from an empty one", async () => {
    expect(await registryRig().reader.listTags()).toBeUndefined();
    expect(await allTags(registryRig().reader)).toEqual([]);
  });

  it("goes on from any page, in another process", async () => {
    const first = await seeded({ maxN: 100 }).reader.listTags();
    const second = await seeded({ maxN: 100 }).reader.listTags({ from: first?.next ?? "" });
    expect([...(first?.tags ?? []), ...(second?.tags ?? [])]).toEqual(TAGS.slice(0, 200));
  });
});

describe("tagPages", () => {
  const reader = (
    pages: readonly TagPage[],
  ): RepositoryReader & { readonly asked: () => number } => {
    let asked = 0;
    return {
      ...registryRig().reader,
      asked: () => asked,
      listTags: async () => pages[Math.min(asked++, pages.length - 1)],
    };
  };

  it("gives each tag once, and ends when pages go round", async () => {
    const round = reader([
      { tags: ["a", "b"], next: "/1" },
      { tags: ["b", "c"], next: "/2" },
      { tags: ["d"], next: "/1" },
    ]);
    expect(await allTags(round)).toEqual(["a", "b", "c", "d"]);
    expect(round.asked()).toBe(3);
  });

  it("stops at the page limit instead of reading for ever", async () => {
    let number = 0;
    const endless = {
      ...registryRig().reader,
      listTags: async () => ({ tags: [`t${number++}`], next: `/${number}` }),
    };
    const work = (async () => {
      for await (const _ of tagPages(endless, { pagesMax: 5 }));
    })();
    expect((await failureOf(work)).code).toBe("LISTING_ENDLESS");
    expect(number).toBe(6);
  });

  it("stops at the limit of tags, of however many pages they are", async () => {
    let number = 0;
    const endless = {
      ...registryRig().reader,
      listTags: async () => ({ tags: [`a${number}`, `b${number++}`], next: `/${number}` }),
    };
    const work = (async () => {
      for await (const _ of tagPages(endless, { tagsMax: 5 }));
    })();
    const error = await failureOf(work);
    expect(error).toMatchObject({ code: "LISTING_ENDLESS", remedy: "giveUp" });
    expect(error.message).toContain("5 tags");
    expect(number).toBe(3);
  });
});

describe("listRepositories", () => {
  const NAMES = ["a/one", "b/two", "c/three"];

  async function catalog({ client }: RegistryRig): Promise<string[]> {
    const names: string[] = [];
    for await (const name of listRepositories(client)) names.push(name);
    return names;
  }

  const pagings: readonly (readonly [Quirks])[] = [
    [{}],
    [{ maxN: 2 }],
    [{ maxN: 100, overCap: 400 }],
    [{ maxN: 2, link: "loop" }],
  ];
  it.each(pagings)("gives every repository: %j", async (quirks) => {
    const rig = registryRig({ quirks });
    for (const name of NAMES) rig.fake.seed(name, IMAGE, "v1");
    const names = await catalog(rig);
    expect(names).toEqual(quirks.link === "loop" ? NAMES.slice(0, 2) : NAMES);
  });

  it.each([404, 405, 403])("says where a registry has no catalog: %i", async (status) => {
    const rig = registryRig({ quirks: { fail: { status, times: 9, path: "_catalog" } } });
    const error = await failureOf(catalog(rig));
    expect(error).toMatchObject({ code: "UNSUPPORTED", remedy: "giveUp" });
    expect(error.hint).toContain("Name the repositories");
  });

  it("A13: says so where the token server refuses the catalog's scope", async () => {
    const auth = { kind: "bearer", username: "robot", password: PASSWORD } as const;
    const rig = registryRig({ auth, quirks: { tokenRejects: ["catalog"] } });
    expect((await failureOf(catalog(rig))).code).toBe("UNSUPPORTED");
  });
});
