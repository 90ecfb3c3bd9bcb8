import { expect } from "vitest";
import type { ListingQuirks } from "./listing-quirks.ts";
import { describeSwitches, getWith, LAYER, openWith, type SwitchChecks } from "./quirk-bench.ts";
import type { Quirks } from "./quirks.ts";

/** Every page of the tags, following `Link` as it stands; at most ten. */
async function listWith(quirks: Quirks): Promise<{ tags: string[]; links: string[] }> {
  const { get } = openWith(quirks);
  const tags: string[] = [];
  const links: string[] = [];
  let path: string | undefined = "/v2/a/tags/list?n=2";
  for (let page = 0; path !== undefined && page < 10; page++) {
    const answer = await get(path);
    tags.push(...JSON.parse(answer.text).tags);
    const link = answer.headers.get("link");
    if (link !== undefined) links.push(link);
    path = /<([^>]*)>; (?:title="[^"]*"; )?rel="?next/.exec(link ?? "")?.[1];
  }
  return { tags, links };
}

const CHECKS: SwitchChecks<ListingQuirks> = {
  paging: async () => {
    expect((await listWith({ paging: "none" })).tags.sort()).toEqual(["v1", "v2", "v3"]);
    const opaque = await listWith({ paging: "opaque" });
    expect(opaque.tags).toEqual(["v1", "v2", "v3"]);
    expect(opaque.links[0]).toContain("next_page=");
  },
  link: async () => {
    for (const link of ["absolute", "unquoted", "comma-joined", "extra-parameters"] as const) {
      const listed = await listWith({ link });
      expect([link, ...listed.tags.slice(0, 2)]).toEqual([link, "v1", "v2"]);
    }
    expect((await listWith({ link: "absolute" })).links[0]).toContain("<http://registry.test/");
    expect((await listWith({ link: "loop" })).links).toHaveLength(10);
    expect((await listWith({ link: "empty-page" })).tags).toContain("v1");
    const foreign = await getWith({ link: "other-host" }, "/v2/a/tags/list?n=1");
    expect(foreign.headers.get("link")).toContain("<http://registry.test:8443/");
  },
  maxN: async () => {
    expect((await listWith({ maxN: 1 })).links).toHaveLength(2);
  },
  overCap: async () => {
    const quirks = { maxN: 2, overCap: 400 };
    expect((await getWith(quirks, "/v2/a/tags/list?n=3")).status).toBe(400);
    expect((await getWith(quirks, "/v2/a/tags/list?n=2")).status).toBe(200);
  },
  tags: async () => {
    const empty = await getWith({ tags: "null" }, "/v2/a/tags/list");
    expect(JSON.parse(empty.text).tags).toBeNull();
    const dirty = await getWith({ tags: "dirty" }, "/v2/a/tags/list");
    expect(JSON.parse(dirty.text).tags).toEqual(expect.arrayContaining(["v1", null, "not a tag"]));
  },
  pageShort: async () => {
    const listed = await listWith({ pageShort: true });
    expect([listed.tags, listed.links.length]).toEqual([["v1", "v2", "v3"], 2]);
  },
  referrers: async () => {
    const path = `/v2/a/referrers/${LAYER}`;
    const modes = ["404-text", "404-name", "400", "405", "406", "html", "unfiltered"] as const;
    const seen = [];
    for (const referrers of modes) {
      const answer = await getWith({ referrers }, `${path}?artifactType=x`);
      seen.push(`${answer.status} ${answer.headers.get("oci-filters-applied")}`);
    }
    expect(seen.map((line) => Number(line.slice(0, 3)))).toEqual([
      404, 404, 400, 405, 406, 200, 200,
    ]);
    expect(seen.at(-1)).toContain("undefined");
  },
};

describeSwitches("switches of listings: tags, repositories, referrers", CHECKS);
