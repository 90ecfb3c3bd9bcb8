import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../lib/base/system-clock.ts";
import { createGoneLocalOwners, localOwner } from "../../lib/runtime/local-owners.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** What tells who is gone, at a time of the test's own. */
function setUp() {
  let nowMs = 0;
  const isGone = createGoneLocalOwners({ ...systemClock, monotonicMs: () => nowMs });
  return {
    isGone,
    pass: (milliseconds: number) => {
      nowMs += milliseconds;
    },
  };
}

/** The name of another process of this place, as its claims have it. */
function nameOf(pid: number): string {
  return `${localOwner(seededRandom(1)).replace(`-${process.pid}-`, `-${pid}-`)}/0123abcd`;
}

async function running(): Promise<{ readonly name: string; end(): Promise<void> }> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await once(child, "spawn");
  return {
    name: nameOf(child.pid ?? 0),
    async end() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

const TITLE = "an owner of leases on this machine (elsewhere than on Linux nobody can tell of it)";

describe.runIf(process.platform === "linux")(TITLE, () => {
  it("has a name with its process number, and another one each time", () => {
    const random = seededRandom(2);
    expect(localOwner(random)).toMatch(
      new RegExp(`^local-[0-9a-f]{12}-${process.pid}-[0-9a-f]{8}$`),
    );
    expect(localOwner(random)).not.toBe(localOwner(random));
  });

  it("is gone five seconds after its process was seen to be", async () => {
    const { isGone, pass } = setUp();
    const other = await running();
    expect(isGone(other.name)).toBe(false);
    pass(60_000);
    expect(isGone(other.name)).toBe(false);
    await other.end();
    expect(isGone(other.name)).toBe(false);
    pass(4999);
    expect(isGone(other.name)).toBe(false);
    pass(1);
    expect(isGone(other.name)).toBe(true);
  });

  it("is not gone when it is this process, another place's or nobody knows", async () => {
    const { isGone, pass } = setUp();
    const other = await running();
    await other.end();
    const names = [
      localOwner(seededRandom(3)),
      other.name.replace(/^local-[0-9a-f]{12}/, "local-0123456789ab"),
      "local-01234567",
      "function-01234567/89abcdef",
    ];
    expect(names.map(isGone)).toEqual([false, false, false, false]);
    pass(60_000);
    expect(names.map(isGone)).toEqual([false, false, false, false]);
  });
});
