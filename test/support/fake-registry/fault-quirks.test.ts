import { expect } from "vitest";
import type { FaultQuirks } from "./fault-quirks.ts";
import {
  CONTENT,
  DIGEST,
  describeSwitches,
  getWith,
  LAYER_PATH,
  openWith,
  type SwitchChecks,
} from "./quirk-bench.ts";

const CHECKS: SwitchChecks<FaultQuirks> = {
  head: async () => {
    expect((await openWith({ head: 403 }).client.send("HEAD", LAYER_PATH)).status).toBe(403);
  },
  throttle: async () => {
    const quirks = { throttle: { n: 1, retryAfter: "date", seconds: 30, kind: "blob" } } as const;
    const { get, clock } = openWith(quirks);
    const slowed = await get(LAYER_PATH);
    const until = Date.parse(slowed.headers.get("retry-after") ?? "");
    expect([slowed.status, until - clock.now()]).toEqual([429, 30_000]);
    expect((await get(LAYER_PATH)).status).toBe(200);
    const plain = await getWith({ throttle: { n: 1, retryAfter: "seconds" } }, LAYER_PATH);
    expect(plain.headers.get("retry-after")).toBe("1");
  },
  fail: async () => {
    const { get } = openWith({ fail: { status: 503, times: 2, after: 1, kind: "blob" } });
    const statuses = [];
    for (let turn = 0; turn < 4; turn++) statuses.push((await get(LAYER_PATH)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    const reset = getWith({ fail: [{ status: "reset", times: 1, path: "/blobs/" }] }, LAYER_PATH);
    await expect(reset).rejects.toMatchObject({ code: "NETWORK_RESET" });
    const late = openWith({
      fail: { status: 500, times: 1, phase: "after-work", method: "DELETE" },
    });
    expect((await late.client.send("DELETE", LAYER_PATH)).status).toBe(500);
    expect((await late.get(LAYER_PATH)).status).toBe(404);
  },
  maxBody: async () => {
    const answer = await openWith({ maxBody: 9 }).client.pushBlob("a", CONTENT);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([413, "text/html"]);
  },
  dropResponseAfterStore: async () => {
    const { client, registry } = openWith({ dropResponseAfterStore: 1 });
    await expect(client.pushBlob("a", CONTENT)).rejects.toMatchObject({ code: "NETWORK_RESET" });
    expect(registry.store.get("a")?.blobs.has(DIGEST)).toBe(true);
    expect((await client.pushBlob("a", CONTENT)).status).toBe(201);
  },
  errorBody: async () => {
    const shapes = ["null", "html", "empty", "single", "error", "details", "text"] as const;
    const bodies = [];
    for (const errorBody of shapes) {
      const answer = await openWith({ errorBody }).client.send("GET", "/v2/none/manifests/v1");
      expect(answer.status).toBe(404);
      bodies.push(answer.text);
    }
    expect(new Set(bodies).size).toBe(shapes.length);
  },
  killIdle: async () => {
    const { client } = openWith({ killIdle: 2 });
    expect((await client.send("GET", "/v2/")).status).toBe(200);
    await expect(client.send("GET", "/v2/")).rejects.toMatchObject({ code: "NETWORK_RESET" });
    expect((await client.send("GET", "/v2/")).status).toBe(200);
  },
};

describeSwitches("switches that concern any request", CHECKS);
