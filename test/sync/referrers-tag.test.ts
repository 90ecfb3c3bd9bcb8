import { describe, expect, it } from "vitest";
import { deadlineAfter, noDeadline } from "../../lib/base/deadline.ts";
import type { Descriptor } from "../../lib/oci/descriptor.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import type { Manifest } from "../../lib/oci/manifest.ts";
import { parseManifest } from "../../lib/oci/parse-manifest.ts";
import type { RepositoryWriter } from "../../lib/registry/repository.ts";
import { createLockLedger } from "../../lib/state/lock-ledger.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createReferrersTags, type ReferrersTags } from "../../lib/sync/referrers-tag.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const NAME = { registry: "target.test", repository: "app" };
const SUBJECT = digestOf(Buffer.from("subject"));

function referrer(text: string): Descriptor {
  return { mediaType: "any/type", digest: digestOf(Buffer.from(text)), size: text.length };
}

/** A repository that takes its time, and of which only the one list is of interest. */
function listing(clock: VirtualClock) {
  let list: Manifest | undefined;
  const refuse = () => Promise.reject(new Error("only the list is read and written"));
  const repository: RepositoryWriter = {
    name: NAME,
    async fetchManifest() {
      const read = list;
      await clock.sleep(700);
      return read;
    },
    async pushManifest(manifest, _, options) {
      await clock.sleep(700, options?.signal);
      list = manifest;
      return { subjectIndexed: false };
    },
    resolve: refuse,
    fetchBlob: refuse,
    listTags: refuse,
    referrers: refuse,
    findBlob: refuse,
    hasBlob: refuse,
    mountBlob: refuse,
    startUpload: refuse,
    resumeUpload: refuse,
  };
  return { repository, listed: () => (list ? parseManifest(list).children : []) };
}

function world() {
  const clock = new VirtualClock();
  const table = createMemoryTable({ clock });
  const locks = createLockLedger(table, { clock });
  const { repository, listed } = listing(clock);
  const add = (tags: ReferrersTags, text: string, lifeMs?: number): Promise<void> =>
    tags.add(repository, {
      subject: SUBJECT,
      added: [referrer(text)],
      scope: {
        owner: text,
        deadline: lifeMs === undefined ? noDeadline : deadlineAfter(clock, lifeMs),
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
    });
  const open = () => createReferrersTags({ locks, clock });
  return { clock, locks, listed, add, open };
}

const NAMES = ["a", "b", "c", "d", "e"];

describe("a referrers list", () => {
  it("gets what several processes add to it at the same time", async () => {
    const { clock, listed, add, open } = world();
    await clock.run(Promise.all(NAMES.map((name) => add(open(), name))));
    expect(
      listed()
        .map(({ digest }) => digest)
        .sort(),
    ).toEqual(NAMES.map((name) => referrer(name).digest).sort());
  });

  it("gets what one process adds to it at the same time, without locks", async () => {
    const { clock, listed, add } = world();
    const tags = createReferrersTags();
    await clock.run(Promise.all(NAMES.map((name) => add(tags, name))));
    expect(listed()).toHaveLength(5);
  });

  it("loses some when several processes have no locks: the races above are races", async () => {
    const { clock, listed, add } = world();
    await clock.run(Promise.all(NAMES.map((name) => add(createReferrersTags(), name))));
    expect(listed().length).toBeLessThan(5);
  });

  it("is taken over from a process that died at it", async () => {
    const { clock, locks, listed, add, open } = world();
    await locks.take(NAME, `sha256-${SUBJECT.slice(7)}`, { owner: "dead", leaseMs: 30_000 });
    await clock.run(add(open(), "a"));
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(30_000);
    expect(listed()).toHaveLength(1);
  });

  it("is left for later when there is no time to wait for it", async () => {
    const { clock, locks, add, open } = world();
    await locks.take(NAME, `sha256-${SUBJECT.slice(7)}`, { owner: "busy", leaseMs: 30_000 });
    const adding = clock.run(add(open(), "a", 3000));
    await expect(adding).rejects.toMatchObject({ code: "LOCK_BUSY", retryAfterMs: 3000 });
    expect(clock.monotonicMs()).toBeLessThan(4000);
  });
});
