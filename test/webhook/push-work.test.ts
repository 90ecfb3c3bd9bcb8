import { describe, expect, it } from "vitest";
import { isDigest } from "../../lib/oci/digest.ts";
import { parseReference } from "../../lib/oci/reference.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createWatermarks } from "../../lib/state/watermarks.ts";
import type { SyncPolicy, TagSelection } from "../../lib/sync/policy.ts";
import type { PushEvent } from "../../lib/webhook/push-event.ts";
import { type PushWorkPorts, pushRuns } from "../../lib/webhook/push-work.ts";
import { policyOf } from "../support/sync-world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const A = `sha256:${"a".repeat(64)}` as const;
const B = `sha256:${"b".repeat(64)}` as const;
const SIGNATURE = `sha256-${"a".repeat(64)}.sig`;

function event(name: string, parts: Partial<PushEvent> = {}): PushEvent {
  const { registry: host, repository: repo, tag = null } = parseReference(name);
  return { host, repo, tag, digest: null, action: "push", ...parts };
}

function listed(parts: Partial<TagSelection & { kind: "listed" }>): TagSelection {
  return { kind: "listed", include: [], exclude: [], ...parts };
}

const glob = (pattern: string) => ({ kind: "glob", pattern }) as const;

function ports(
  policies: readonly SyncPolicy[],
  onPush = policies.map(({ name }) => name),
): PushWorkPorts {
  const clock = new VirtualClock();
  const watermarks = createWatermarks(createMemoryTable({ clock }), clock);
  return { policies, onPush: new Set(onPush), watermarks };
}

/** Each run in a line: what its policies select. */
async function runsOf(events: readonly PushEvent[], with_: PushWorkPorts) {
  const works = await pushRuns(events, with_);
  return works.map(({ policies }) =>
    policies.map(({ source, select, targets }) => {
      const tags =
        select.kind === "listed"
          ? "*"
          : select.references.map(({ reference }) =>
              reference.kind === "tag" ? reference.tag : reference.digest,
            );
      const renamed = targets.map(({ references }) =>
        (references ?? []).map((one) => (one.kind === "tag" ? one.tag : "")),
      );
      return [source.repository, String(tags), ...renamed.flat()].join(" ");
    }),
  );
}

const everything = policyOf("s.test/app", "t.test/app");
const one = policyOf("s.test/app:v1", "t.test/app:stable");

describe("pushRuns", () => {
  it.each<[string, readonly SyncPolicy[], readonly PushEvent[], readonly (readonly string[])[]]>([
    ["a repository's every tag", [everything], [event("s.test/app:v1")], [["app v1"]]],
    ["another host", [everything], [event("other.test/app:v1")], []],
    ["another repository", [everything], [event("s.test/apps:v1")], []],
    ["a repository below", [everything], [event("s.test/app/web:v1")], []],
    ["a deletion", [everything], [event("s.test/app:v1", { action: "delete" })], []],
    ["no tag", [everything], [event("s.test/app", { digest: A })], []],
    ["a tag that is named", [one], [event("s.test/app:v1")], [["app v1 stable"]]],
    ["a tag that is not named", [one], [event("s.test/app:v2")], []],
    [
      "an include",
      [policyOf("s.test/app", "t.test/app", { select: listed({ include: [glob("1.*")] }) })],
      [event("s.test/app:1.2"), event("s.test/app:2.0")],
      [["app 1.2"]],
    ],
    [
      "an exclude",
      [policyOf("s.test/app", "t.test/app", { select: listed({ exclude: [glob("*-rc*")] }) })],
      [event("s.test/app:1.2"), event("s.test/app:1.2-rc1")],
      [["app 1.2"]],
    ],
    [
      "a range of versions",
      [policyOf("s.test/app", "t.test/app", { select: listed({ semver: ">=1.25" }) })],
      [event("s.test/app:1.24.0"), event("s.test/app:1.25.1"), event("s.test/app:latest")],
      [["app 1.25.1"]],
    ],
    [
      "the newest: all tags have to be known, once",
      [policyOf("s.test/app", "t.test/app", { select: listed({ newest: 2 }) })],
      [event("s.test/app:1.2"), event("s.test/app:1.3")],
      [["app *"]],
    ],
    [
      "a signature, which comes along with its image",
      [policyOf("s.test/app", "t.test/app", { referrers: true })],
      [event(`s.test/app:${SIGNATURE}`)],
      [["app *"]],
    ],
    [
      "a signature as a tag",
      [everything],
      [event(`s.test/app:${SIGNATURE}`)],
      [[`app ${SIGNATURE}`]],
    ],
    [
      "several policies in one run",
      [everything, { ...policyOf("s.test/app", "u.test/app"), name: "other" }],
      [event("s.test/app:v1")],
      [["app v1", "app v1"]],
    ],
    [
      "several tags in runs of their own, repetitions in one",
      [everything],
      [event("s.test/app:v1"), event("s.test/app:v2"), event("s.test/app:v1")],
      [["app v1"], ["app v2"]],
    ],
  ])("narrows to %s", async (_, policies, events, expected) => {
    expect(await runsOf(events, ports(policies))).toEqual(expected);
  });

  it("keeps what is named in the place of what it is renamed to", async () => {
    const named = ["v1", "v2", "v3"].map((tag) => ({ reference: { kind: "tag", tag } as const }));
    const references = ["a", "b", "c"].map((tag) => ({ kind: "tag", tag }) as const);
    const policy: SyncPolicy = {
      ...everything,
      select: { kind: "named", references: named },
      targets: [{ repository: { registry: "t.test", repository: "app" }, references }],
    };
    expect(await runsOf([event("s.test/app:v2")], ports([policy]))).toEqual([["app v2 b"]]);
  });

  it("leaves policies alone that no push starts", async () => {
    expect(await runsOf([event("s.test/app:v1")], ports([everything], []))).toEqual([]);
  });

  it("names equal work alike, and tells the digest", async () => {
    const again = await pushRuns([event("s.test/app:v1")], ports([everything]));
    const [work] = await pushRuns([event("s.test/app:v1", { digest: A })], ports([everything]));
    expect(work).toMatchObject({ name: again[0]?.name, digest: A });
    expect(work?.pushed).toEqual([{ tag: "v1", digest: A }]);
    expect(again[0]?.pushed).toEqual([]);
    expect(isDigest(`sha256:${work?.name}`)).toBe(true);
  });
});

describe("a run of a whole policy", () => {
  it("is told of every tag that one webhook names", async () => {
    const newest = { ...everything, select: listed({ newest: 2 }) };
    const events = [event("s.test/app:v1", { digest: A }), event("s.test/app:v2", { digest: B })];

    const works = await pushRuns(events, ports([newest]));

    expect(works).toHaveLength(1);
    expect(works[0]?.pushed).toEqual([
      { tag: "v1", digest: A },
      { tag: "v2", digest: B },
    ]);
    expect(works[0]?.policies).toEqual([newest]);
  });
});

describe("pushes of our own", () => {
  const there = policyOf("s.test/app", "t.test/app");
  const back = policyOf("t.test/app", "s.test/app");
  const onwards = policyOf("t.test/app", "u.test/app");
  const [s, t] = [there.source, back.source];
  const mark = (digest: typeof A | typeof B) => ({
    tag: "v1",
    sourceDigest: digest,
    targetDigest: digest,
    optionsHash: "h",
  });
  const echo = event("t.test/app:v1", { digest: A });

  /** Copies as a run marks them, one after the other. */
  async function afterCopies(
    policies: readonly SyncPolicy[],
    copies: readonly (readonly [from: typeof s, to: typeof s, digest: typeof A | typeof B])[],
  ): Promise<PushWorkPorts> {
    const clock = new VirtualClock();
    const watermarks = createWatermarks(createMemoryTable({ clock }), clock);
    for (const [source, target, digest] of copies) {
      const lease = await watermarks.take(
        { source, target, tag: "v1" },
        { owner: "o", leaseMs: 1_000 },
      );
      await watermarks.commit(lease!, mark(digest));
      await clock.advance(1_000);
    }
    return { policies, onPush: new Set(policies.map(({ name }) => name)), watermarks };
  }

  it("start nothing where they came from", async () => {
    const both = await afterCopies([there, back], [[s, t, A]]);
    expect(await runsOf([echo], both)).toEqual([]);
  });

  it("go on to a third registry", async () => {
    const chain = await afterCopies([there, back, onwards], [[s, t, A]]);
    const works = await pushRuns([echo], chain);
    expect(works.flatMap(({ policies }) => policies.map(({ targets }) => targets))).toEqual([
      onwards.targets,
    ]);
  });

  it.each<[string, Parameters<typeof afterCopies>, PushEvent]>([
    ["of another digest", [[there, back], [[s, t, B]]], echo],
    ["of an unknown digest", [[there, back], [[s, t, A]]], { ...echo, digest: null }],
    ["of another tag", [[there, back], [[s, t, A]]], { ...echo, tag: "v2" }],
    ["before we copied", [[there, back], []], echo],
    [
      "after something else went back",
      [
        [there, back],
        [
          [s, t, A],
          [t, s, B],
        ],
      ],
      echo,
    ],
  ])("are not what is pushed %s", async (_, [policies, copies], pushed) => {
    const both = await afterCopies(policies, copies);
    expect(await runsOf([pushed], both)).toEqual([[`app ${pushed.tag}`]]);
  });
});
