import { expect } from "vitest";
import { randomArtifact } from "../random-artifact.ts";
import { platformIndex } from "../random-index.ts";
import type { PushQuirks } from "./push-quirks.ts";
import {
  CONTENT,
  describeSwitches,
  IMAGE,
  MANIFEST,
  openWith,
  type SwitchChecks,
} from "./quirk-bench.ts";
import type { Quirks } from "./quirks.ts";

async function pushManifestWith(quirks: Quirks, tag = "v9") {
  const answer = await openWith(quirks).client.pushManifest("a", tag, MANIFEST);
  const { errors } = answer.text === "" ? { errors: [] } : JSON.parse(answer.text);
  return { ...answer, code: errors?.[0]?.code };
}

const CHECKS: SwitchChecks<PushQuirks> = {
  maxManifest: async () => {
    const { client } = openWith({ maxManifest: { bytes: 10, status: 413 } });
    const manifest = IMAGE.manifests.get(IMAGE.root.digest)!;
    expect((await client.pushManifest("a", "v9", manifest)).status).toBe(413);
  },
  missingContent: async () => {
    const { client } = openWith({ missingContent: 400 });
    expect((await client.pushManifest("b", "v1", MANIFEST)).status).toBe(400);
  },
  immutable: async () => {
    const seen = [];
    for (const immutable of ["ecr", "harbor", "quay"] as const) {
      const { status, code } = await pushManifestWith({ immutable }, "v1");
      seen.push([status, code]);
      expect((await pushManifestWith({ immutable }, "v9")).status).toBe(201);
    }
    expect(seen).toEqual([
      [400, "TAG_INVALID"],
      [412, "PRECONDITION"],
      [409, "TAG_IMMUTABLE"],
    ]);
  },
  quota: async () => {
    const { client } = openWith({ quota: 1000 });
    const answer = await client.send("POST", "/v2/a/blobs/uploads/");
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining("upper limit")]);
  },
  readOnly: async () => {
    const { client } = openWith({ readOnly: 1 });
    const answer = await client.send("POST", "/v2/a/blobs/uploads/");
    expect([answer.status, answer.text]).toEqual([405, expect.stringContaining("is_readonly")]);
    expect((await client.pushBlob("a", CONTENT)).status).toBe(201);
  },
  refuse: async () => {
    const { registry, client } = openWith({ refuse: ["oci-index", "oci-empty"] });
    const index = platformIndex("refused", ["linux/amd64"]);
    const artifact = randomArtifact({ seed: "refused", kind: "sbom" });
    const statuses = [];
    for (const content of [index, artifact, IMAGE]) {
      registry.seed("a", content);
      const manifest = content.manifests.get(content.root.digest)!;
      statuses.push((await client.pushManifest("a", "v2", manifest)).status);
    }
    expect(statuses).toEqual([400, 403, 201]);
  },
  requireRepo: async () => {
    const { client, registry } = openWith({ requireRepo: true });
    expect((await client.send("POST", "/v2/new/app/blobs/uploads/")).status).toBe(404);
    registry.createRepository("new/app");
    expect((await client.send("POST", "/v2/new/app/blobs/uploads/")).status).toBe(202);
  },
  requireProject: async () => {
    const { client, registry } = openWith({ requireProject: true });
    expect((await client.send("POST", "/v2/new/app/blobs/uploads/")).status).toBe(401);
    registry.createProject("new");
    expect((await client.send("POST", "/v2/new/app/blobs/uploads/")).status).toBe(202);
  },
  rewriteManifest: async () => {
    const { headers } = await pushManifestWith({ rewriteManifest: true });
    expect(headers.get("docker-content-digest")).not.toBe(IMAGE.root.digest);
  },
  noSubject: async () => {
    const { registry, client } = openWith({ noSubject: true });
    const artifact = randomArtifact({ seed: "s", kind: "sbom", subject: IMAGE.root });
    registry.seed("a", artifact);
    const { digest } = artifact.root;
    const pushed = await client.pushManifest("a", digest, artifact.manifests.get(digest)!);
    expect([pushed.status, pushed.headers.get("oci-subject")]).toEqual([201, undefined]);
    expect((await client.send("GET", `/v2/a/referrers/${IMAGE.root.digest}`)).status).toBe(404);
  },
  multiTag: async () => {
    const { registry, client } = openWith({ multiTag: false });
    const answer = await client.pushManifest("a", `${IMAGE.root.digest}?tag=x`, MANIFEST);
    expect([answer.status, answer.headers.get("oci-tag")]).toEqual([201, undefined]);
    expect(registry.store.get("a")?.tags.has("x")).toBe(false);
  },
  delete: async () => {
    const { client } = openWith({ delete: 405 });
    expect((await client.send("DELETE", "/v2/a/manifests/v1")).status).toBe(405);
  },
};

describeSwitches("switches of what is taken at all: manifests, repositories, tags", CHECKS);
