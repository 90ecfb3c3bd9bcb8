import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ManyTags, openManyTags, TAGS } from "../support/e2e-many-tags.ts";
import { runCli } from "../support/run-cli.ts";
import { mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";

const KIB = 1024;
const SMALL_BYTES = 256 * KIB;
const ROOMY_BYTES = 64 * KIB * KIB;

/** Runs the command of `world`, with its state elsewhere if told. */
function sync(world: ManyTags, state = "state.db", openFilesMax?: number) {
  const args = [...world.sync, "--registries", "registries.yaml", "--state", state];
  return runCli(args, {
    cwd: world.bench.folder,
    ...(openFilesMax !== undefined && { openFilesMax }),
  });
}

async function isEqualAfter(world: ManyTags, state?: string): Promise<void> {
  const again = await sync(world, state);
  expect(again, again.stderr).toMatchObject({ exitCode: 0 });
  expect(world.target.snapshot()).toEqual(world.source.snapshot());
}

async function smallDisk(skip: (why: string) => never, bytes: number): Promise<SmallDisk> {
  const disk = await mountSmallDisk(bytes);
  if (typeof disk === "string") return skip(disk);
  onTestFinished(() => disk.close());
  return disk;
}

describe("a state file in trouble", () => {
  it("says that the disk is full, and goes on once there is room", async ({ skip }) => {
    const disk = await smallDisk(skip, SMALL_BYTES);
    const world = await openManyTags();
    const state = join(disk.folder, "state.db");
    const full = await sync(world, state);
    expect(full, full.stderr).toMatchObject({ exitCode: 1 });
    expect(full.stderr).toContain(`state file "${state}" cannot grow: the disk is full`);
    expect(world.target.store.get("team/app")?.tags.size ?? 0).toBeLessThan(TAGS);
    await disk.remount(`size=${ROOMY_BYTES}`);
    await isEqualAfter(world, state);
  });

  it.for(["there", "to be made"])(
    "is read-only, and %s: nothing is begun",
    async (how, { skip }) => {
      const disk = await smallDisk(skip, ROOMY_BYTES);
      const world = await openManyTags();
      const state = join(disk.folder, "state.db");
      if (how === "there") await runCli(["status", "--state", state]);
      await disk.remount("ro");
      const refused = await sync(world, state);
      expect(refused, refused.stderr).toMatchObject({ exitCode: 2 });
      expect(refused.stderr).toContain(`state file "${state}" cannot be opened for writing`);
      expect(world.target.writes()).toEqual([]);
      await disk.remount("rw");
      await isEqualAfter(world, state);
    },
  );

  it("is damaged: it is left as it is, and another one serves", async () => {
    const world = await openManyTags();
    expect((await sync(world)).exitCode).toBe(0);
    const whole = await readFile(join(world.bench.folder, "state.db"));
    for (const [what, damaged] of damages(whole)) {
      const file = join(world.bench.folder, "damaged.db");
      await writeFile(file, damaged);
      const refused = await sync(world, file);
      expect(refused, what).toMatchObject({ exitCode: 2 });
      expect(refused.stderr, what).toContain(`state file "${file}" is damaged or no state file`);
      expect((await readFile(file)).equals(damaged), what).toBe(true);
    }
    world.target.forgetRequests();
    await isEqualAfter(world, "other.db");
    expect(world.target.writes()).toEqual([]);
  });

  it("copies all the same with 64 open files", async () => {
    const world = await openManyTags();
    const few = await sync(world, "state.db", 64);
    expect(few, few.stderr).toMatchObject({ exitCode: 0 });
    expect(world.target.snapshot()).toEqual(world.source.snapshot());
  });
});

const PAGE_BYTES = 4 * KIB;

/** A state file as it may be after a crash of the machine, or somebody's mistake. */
function damages(whole: Buffer): readonly (readonly [string, Buffer])[] {
  const garbage = Buffer.alloc(whole.byteLength, "garbage ");
  // Whole pages, so that not the file's length alone is wrong.
  const halfBytes = Math.floor(whole.byteLength / PAGE_BYTES / 2) * PAGE_BYTES;
  return [
    ["garbage from its first byte", garbage],
    ["cut off in its first page", whole.subarray(0, 100)],
    ["cut off in its middle", whole.subarray(0, halfBytes)],
    [
      "garbage after its first page",
      Buffer.concat([whole.subarray(0, PAGE_BYTES), garbage.subarray(PAGE_BYTES)]),
    ],
  ];
}
