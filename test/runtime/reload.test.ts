import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { stampOfFiles } from "../../lib/runtime/file-stamp.ts";
import { openReloader } from "../../lib/runtime/reload.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** A file in memory that is followed. */
async function followed(text = "one") {
  const clock = new VirtualClock();
  const file = { text };
  const applied: string[] = [];
  const lines: string[] = [];
  const load = async () => {
    if (file.text.startsWith("wrong")) {
      throw new FerryError(file.text, { code: "CONFIG_INVALID", remedy: "fixInput" });
    }
    return { value: file.text, files: ["a.yaml"] };
  };
  const reloader = await openReloader(await load(), {
    ...{ load, clock },
    apply: async (value) => {
      if (value === "unusable") {
        throw new FerryError(value, { code: "DOCKER_CONFIG_INVALID", remedy: "fixInput" });
      }
      applied.push(value);
    },
    stampOf: async () => file.text,
    log: (_, message) => lines.push(message),
  });
  return { clock, file, applied, lines, reloader };
}

describe("a reloader", () => {
  it("applies what changed once it stays as it is", async () => {
    const { clock, file, applied, reloader } = await followed();
    for (const text of ["t", "tw", "two"]) {
      file.text = text;
      await clock.advance(1_000);
    }
    await clock.advance(1_000);
    await clock.advance(10_000);
    expect(applied).toEqual(["one", "two"]);
    expect(reloader.health).toEqual({ state: "current", since: "2026-11-01T00:00:04.000Z" });
  });

  it.each([
    ["wrong", "CONFIG_INVALID"],
    ["unusable", "DOCKER_CONFIG_INVALID"],
  ])("keeps what it has while the file is %s, and says so once", async (text, code) => {
    const { clock, file, applied, lines, reloader } = await followed();
    file.text = text;
    await clock.advance(60_000);
    expect(applied).toEqual(["one"]);
    expect(lines).toEqual(["config.refused"]);
    expect(reloader.health).toMatchObject({ state: "refused", code });
    file.text = "two";
    await clock.advance(5_000);
    expect(applied).toEqual(["one", "two"]);
    expect(reloader.health).toMatchObject({ state: "current" });
  });

  it("loads again when it is asked to, though nothing changed", async () => {
    const { applied, reloader, lines } = await followed();
    await reloader.reload();
    expect(applied).toEqual(["one", "one"]);
    expect(lines).toEqual(["config.loaded"]);
  });

  it("does nothing any more once it is stopped", async () => {
    const { clock, file, applied, reloader } = await followed();
    reloader.stop();
    file.text = "two";
    await clock.advance(60_000);
    await reloader.reload();
    expect(applied).toEqual(["one"]);
  });
});

describe("the stamp of files", () => {
  it("changes with a file, and when it comes or goes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "imageferry-stamp-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "a.yaml");
    const stamp = () => stampOfFiles([file]);
    const missing = await stamp();
    await writeFile(file, "a");
    const one = await stamp();
    expect(await stamp()).toBe(one);
    await writeFile(file, "two");
    const two = await stamp();
    await rm(file);
    expect(await stamp()).toBe(missing);
    expect(new Set([missing, one, two]).size).toBe(3);
  });
});
