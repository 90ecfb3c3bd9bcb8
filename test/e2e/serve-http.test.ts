import { describe, expect, it, onTestFinished } from "vitest";
import { randomImage } from "../support/random-image.ts";
import { openServeBed, type ServeBed } from "../support/serve-bed.ts";
import { serveClient } from "../support/serve-client.ts";

/** Runs `use` with a bed; where docker-registry is missing, there is nothing to test. */
async function withBed(use: (bed: ServeBed) => Promise<void>): Promise<void> {
  const bed = await openServeBed();
  if ("missing" in bed) return console.warn(`${bed.missing} is not on PATH`);
  onTestFinished(() => bed.close());
  await use(bed);
}

async function pushTags(bed: ServeBed, tags: number, bytes: number) {
  const images = Array.from({ length: tags }, (_, index) => ({
    tag: `v${index}`,
    image: randomImage({ seed: `serve-http-${index}`, layers: [bytes] }),
  }));
  for (const { tag, image } of images) await bed.source.push(`app:${tag}`, image);
  return images;
}

async function arrived(bed: ServeBed, tags: readonly { readonly tag: string }[]): Promise<number> {
  const digests = await Promise.all(tags.map(({ tag }) => bed.target.digest(`mirror/app:${tag}`)));
  return digests.filter((digest) => digest !== undefined).length;
}

describe("serve by HTTP", () => {
  it("starts, tells, retries, cancels and reports migrations", () =>
    withBed(async (bed) => {
      await bed.configure([
        { name: "all", source: `${bed.sourceHost}/app`, target: `${bed.targetHost}/mirror/app` },
      ]);
      const { url } = await bed.serve(["--jobs", "1"]);
      const client = serveClient(url);
      const images = await pushTags(bed, 30, 100_000);
      const rule = { [`${bed.sourceHost}/app:v0,v1,late`]: `${bed.targetHost}/mirror/app` };

      const started = await client.post("/runs", { images: rule });
      expect(started).toMatchObject({ status: 202, body: { repeated: false, policies: 1 } });
      const runId = String(started.body["runId"]);
      const events = await client.stream(`/runs/${runId}/events`);
      expect(events).toMatch(/^event: task$/m);
      expect(events).toMatch(/^event: end$/m);
      const report = await client.get(`/runs/${runId}/report`);
      expect(report.body).toMatchObject({ totals: { planned: 3, copied: 2, failed: 1 } });
      expect(report.body["failed"]).toEqual([
        expect.objectContaining({ source: `${bed.sourceHost}/app:late` }),
      ]);

      const late = randomImage({ seed: "serve-late" });
      await bed.source.push("app:late", late);
      expect(await client.post(`/runs/${runId}/retry`)).toMatchObject({ status: 202 });
      await bed.untilThere("mirror/app:late", late.root.digest);
      await client.untilRun(runId, "finished");
      const retried = await client.get(`/runs/${runId}/report`);
      expect(retried.body).toMatchObject({ totals: { planned: 3, copied: 3, failed: 0 } });

      const other = await client.post("/runs", { policies: ["all"] });
      const otherId = String(other.body["runId"]);
      expect(await client.post(`/runs/${otherId}/cancel`)).toMatchObject({ status: 202 });
      await client.untilRun(otherId, "suspended");
      const cancelled = await client.get(`/runs/${otherId}`);
      expect(cancelled.body).toMatchObject({ cancelled: true });
      expect(await arrived(bed, images)).toBeLessThan(images.length);

      const unknown = await client.get("/runs/none");
      expect(unknown.status).toBe(404);
    }));

  it("ends a run rightly although the server was killed in its middle", () =>
    withBed(async (bed) => {
      await bed.configure([
        { name: "all", source: `${bed.sourceHost}/app`, target: `${bed.targetHost}/mirror/app` },
      ]);
      const images = await pushTags(bed, 40, 1_000_000);
      const first = await bed.serve(["--jobs", "2"]);
      const { body } = await serveClient(first.url).post("/runs", { policies: ["all"] });
      const runId = String(body["runId"]);
      while ((await arrived(bed, images)) < 3);
      first.signal("SIGKILL");
      await first.ended;
      expect(await arrived(bed, images)).toBeLessThan(images.length);

      const second = await bed.serve();
      const run = await serveClient(second.url).untilRun(runId, "finished");
      expect(run).toMatchObject({ totals: { planned: 40, copied: 40, failed: 0, suspended: 0 } });
      for (const { tag, image } of images) {
        expect(await bed.target.digest(`mirror/app:${tag}`)).toBe(image.root.digest);
      }
    }));
});
