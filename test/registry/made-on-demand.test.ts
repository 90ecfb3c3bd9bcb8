import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { madeOnDemand } from "../../lib/registry/made-on-demand.ts";
import type { RepositoryMaker } from "../../lib/registry/repository-maker.ts";
import { failureOf, type RigOptions, registryRig, upload } from "./registry-rig.ts";

const BYTES = Buffer.from("a small layer");
const DENIED = new FerryError("not allowed", {
  code: "CLOUD_ACCESS_DENIED",
  remedy: "authenticate",
});

function open(options: RigOptions = {}, maker: Partial<RepositoryMaker> = {}) {
  const rig = registryRig({ quirks: { requireRepo: true }, ...options });
  const made: string[] = [];
  const make = async (repository: string) => {
    made.push(repository);
    rig.fake.createRepository(repository);
  };
  const { client } = rig;
  const repository = madeOnDemand(rig.repository, { maker: { make, ...maker }, client });
  return { ...rig, made, repository };
}

describe("madeOnDemand", () => {
  it("makes a missing repository once for twenty uploads", async () => {
    const { made, repository, fake } = open();
    const layers = Array.from({ length: 20 }, (_, index) => Buffer.from(`layer ${index}`));
    await Promise.all(layers.map((layer) => upload(repository, layer)));
    expect(made).toEqual(["team/app"]);
    expect(fake.store.get("team/app")?.blobs.size).toBe(20);
  });

  it("makes nothing where nothing is missing, nor before the first write", async () => {
    const { made, repository, fake } = open();
    expect(await repository.listTags()).toBeUndefined();
    expect(made).toEqual([]);
    fake.createRepository("team/app");
    await upload(repository, BYTES);
    expect(made).toEqual([]);
  });

  it("makes it for a manifest, when that is the first thing written", async () => {
    const { made, repository } = open({ lenient: true });
    const bytes = Buffer.from('{"schemaVersion":2,"manifests":[]}');
    const descriptor = {
      mediaType: MEDIA_TYPES.ociIndex,
      digest: digestOf(bytes),
      size: bytes.length,
    };
    await repository.pushManifest({ descriptor, bytes }, { kind: "tag", tag: "v1" });
    expect(made).toEqual(["team/app"]);
  });

  it("waits until the registry knows what was made, but not for ever", async () => {
    let waits = 0;
    const slow = open({}, { make: async () => undefined });
    const { sleep } = slow.clock;
    slow.clock.sleep = async (milliseconds, signal) => {
      if (++waits === 2) slow.fake.createRepository("team/app");
      return sleep.call(slow.clock, milliseconds, signal);
    };
    await upload(slow.repository, BYTES);
    expect(waits).toBe(2);
    const never = open({}, { make: async () => undefined });
    expect(await failureOf(upload(never.repository, BYTES))).toMatchObject({
      code: "NAME_UNKNOWN",
    });
  });

  it("tells why it could not be made, and tries again with the next write", async () => {
    let calls = 0;
    const { repository } = open({}, { make: () => Promise.reject(DENIED).finally(() => ++calls) });
    expect(await failureOf(upload(repository, BYTES))).toBe(DENIED);
    expect(await failureOf(upload(repository, BYTES))).toBe(DENIED);
    expect(calls).toBe(2);
  });

  it("asks whether it exists where refusals do not tell, and believes a refusal of what does", async () => {
    const auth = { kind: "basic", username: "robot", password: "another" } as const;
    const missing = open({ auth }, { exists: async () => false });
    expect(await missing.repository.listTags()).toBeUndefined();
    expect(await failureOf(upload(missing.repository, BYTES))).toMatchObject({
      code: "CREDENTIALS_REFUSED",
    });
    expect(missing.made).toEqual(["team/app"]);
    for (const maker of [{ exists: async () => true }, {}]) {
      const there = open({ auth }, maker);
      expect(await failureOf(there.repository.listTags())).toMatchObject({
        code: "CREDENTIALS_REFUSED",
      });
      expect(await failureOf(upload(there.repository, BYTES))).toMatchObject({
        code: "CREDENTIALS_REFUSED",
      });
      expect(there.made).toEqual([]);
    }
  });
});
