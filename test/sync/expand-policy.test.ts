import { describe, expect, it } from "vitest";
import type { RepositoryReader, TagPage } from "../../lib/registry/repository.ts";
import { type CandidatePage, expandPolicy } from "../../lib/sync/expand-policy.ts";
import type { SyncPolicy } from "../../lib/sync/policy.ts";
import type { PolicyPosition } from "../../lib/sync/policy-position.ts";
import { policyOf } from "../support/sync-world.ts";

const ALL = policyOf("source.test/app", "target.test/app");

function tagsOf(count: number, prefix = "v"): string[] {
  return Array.from(
    { length: count },
    (_, number) => `${prefix}${String(number).padStart(5, "0")}`,
  );
}

/** A source whose listing has these pages, told apart by `page N`. */
function sourceOf(pages: readonly (readonly string[])[]): RepositoryReader {
  const asked = () => Promise.reject(new Error("only its tags are to be asked for"));
  return {
    name: ALL.source,
    resolve: asked,
    fetchManifest: asked,
    fetchBlob: asked,
    referrers: asked,
    async listTags({ from = "page 0" } = {}): Promise<TagPage> {
      const number = Number(from.slice("page ".length));
      const isLast = number >= pages.length - 1;
      return { tags: pages[number] ?? [], ...(!isLast && { next: `page ${number + 1}` }) };
    },
  };
}

async function expand(
  policy: SyncPolicy,
  pages: readonly (readonly string[])[],
  from?: PolicyPosition,
): Promise<CandidatePage[]> {
  const { signal } = new AbortController();
  const expanded: CandidatePage[] = [];
  const context = { source: sourceOf(pages), signal, pageMax: 500, ...(from && { from }) };
  for await (const page of expandPolicy(policy, context)) expanded.push(page);
  return expanded;
}

function sourceTags(pages: readonly CandidatePage[]): string[] {
  return pages.flatMap(({ candidates }) =>
    candidates.map(({ source: { reference } }) => (reference.kind === "tag" ? reference.tag : "")),
  );
}

const shape = (pages: readonly CandidatePage[]) =>
  pages.map(({ candidates, next }) => [candidates.length, next]);

describe("expanding a policy page by page", () => {
  it.each<[string, SyncPolicy, readonly (readonly string[])[], readonly unknown[]]>([
    [
      "a listing in small pages",
      ALL,
      [["b", "a"], ["c"]],
      [
        [2, { token: "page 1" }],
        [1, undefined],
      ],
    ],
    [
      "a listing in large pages",
      ALL,
      [tagsOf(600), tagsOf(1, "z")],
      [
        [500, { after: "v00499" }],
        [100, { token: "page 1" }],
        [1, undefined],
      ],
    ],
    [
      "a large page that is not the first",
      ALL,
      [["a"], tagsOf(501)],
      [
        [1, { token: "page 1" }],
        [500, { token: "page 1", after: "v00499" }],
        [1, undefined],
      ],
    ],
    [
      "a page of which nothing is wanted",
      onlyOf("b*"),
      [["a"], ["b"]],
      [
        [0, { token: "page 1" }],
        [1, undefined],
      ],
    ],
    ["the newest of all pages", newestOf(2), [["1.0", "1.2"], ["1.1"]], [[2, undefined]]],
    [
      "named references",
      policyNaming(1100),
      [],
      [
        [500, { done: 500 }],
        [500, { done: 1000 }],
        [100, undefined],
      ],
    ],
    ["no named references", policyNaming(0), [], [[0, undefined]]],
  ])("of %s tells where it goes on", async (_, policy, pages, expected) => {
    expect(shape(await expand(policy, pages))).toEqual(expected);
  });

  it.each<[string, SyncPolicy, readonly (readonly string[])[]]>([
    ["a listing in small pages", ALL, [["b", "a"], ["c"], ["d"]]],
    ["a listing in large pages", ALL, [tagsOf(1300), tagsOf(700, "w")]],
    ["one huge page without order", ALL, [[...tagsOf(1300)].reverse()]],
    ["the newest of a large listing", newestOf(1200), [tagsOf(1300)]],
    ["named references", policyNaming(1100), []],
  ])("of %s comes to the same from every place", async (_, policy, pages) => {
    const whole = await expand(policy, pages);
    for (const [index, { next }] of whole.entries()) {
      if (next === undefined) continue;
      const before = sourceTags(whole.slice(0, index + 1));
      const after = sourceTags(await expand(policy, pages, next));
      expect([...before, ...after].sort()).toEqual(sourceTags(whole).sort());
    }
  });

  it("keeps the order of a listing whose pages need no cutting", async () => {
    expect(
      sourceTags(
        await expand(ALL, [
          ["b", "a"],
          ["d", "c"],
        ]),
      ),
    ).toEqual(["b", "a", "d", "c"]);
  });

  it("keeps renamed tags paired where a listing is cut", async () => {
    const tags = [...tagsOf(700)].reverse();
    const references = tags.map((tag) => ({ kind: "tag", tag: `new-${tag}` }) as const);
    const [target] = ALL.targets;
    const renaming: SyncPolicy = { ...ALL, targets: [{ ...target!, references }] };

    const pages = await expand(renaming, [tags]);

    expect(pages.map(({ candidates }) => candidates.length)).toEqual([500, 200]);
    for (const { source, targets } of pages.flatMap(({ candidates }) => candidates)) {
      const tag = source.reference.kind === "tag" ? source.reference.tag : "";
      expect(targets.map(({ reference }) => reference)).toEqual([
        { kind: "tag", tag: `new-${tag}` },
      ]);
    }
  });
});

function onlyOf(pattern: string): SyncPolicy {
  return { ...ALL, select: { kind: "listed", include: [{ kind: "glob", pattern }], exclude: [] } };
}

function newestOf(newest: number): SyncPolicy {
  return { ...ALL, select: { kind: "listed", include: [], exclude: [], newest } };
}

function policyNaming(count: number): SyncPolicy {
  const references = tagsOf(count).map((tag) => ({ reference: { kind: "tag", tag } }) as const);
  return { ...ALL, select: { kind: "named", references } };
}
