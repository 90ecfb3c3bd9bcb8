import { createHash } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { loadConfig } from "../../lib/config/load-config.ts";
import { createFunctionLog } from "../../lib/observe/function-log.ts";
import type { ListenAddress } from "../../lib/web/listen-on.ts";
import { type ServeCall, serve } from "../../lib/web/serve.ts";

const TOKEN = "a-token-of-this-test";
const CONFIG = {
  policies: [
    { name: "p", source: "a.test/x", target: "b.test/x", triggers: { schedule: "@yearly" } },
  ],
  api: {
    tokens: [
      {
        name: "me",
        sha256: createHash("sha256").update(TOKEN).digest("hex"),
        scopes: ["read"],
      },
    ],
  },
};

type Line = Readonly<Record<string, unknown>>;

/** A server in this process, with a configuration that a test may change. */
async function serveHere(config: object = CONFIG, listen: Partial<ListenAddress> = {}) {
  const stop = new AbortController();
  const lines: Line[] = [];
  const file = { text: JSON.stringify(config) };
  let hangUp = (): void => undefined;
  const call: ServeCall = {
    ...{ env: {}, home: "/nowhere", state: ":memory:", jobs: 2, userAgent: "imageferry/test" },
    ...{ clock: systemClock, random: systemRandom, graceMs: 5_000, signal: stop.signal },
    listen: { host: "127.0.0.1", port: 0, ...listen },
    load: () => loadConfig({ config: "f.json", env: {}, home: "", read: async () => file.text }),
    log: createFunctionLog({
      level: "info",
      clock: systemClock,
      write: (line) => void lines.push(JSON.parse(line)),
    }),
    onHangUp: (reload) => {
      hangUp = reload;
      return () => undefined;
    },
  };
  const ended = serve(call);
  onTestFinished(() => {
    stop.abort();
    return ended.catch(() => undefined);
  });
  const find = (msg: string) => lines.find((line) => line["msg"] === msg);
  await Promise.race([
    expect.poll(() => find("serve.listening"), { timeout: 10_000 }).toBeDefined(),
    ended,
  ]);
  const url = `http://${find("serve.listening")?.["address"]}`;
  return { url, lines, file, ended, find, stop: () => stop.abort(), hangUp: () => hangUp() };
}

describe("a server", () => {
  it("answers probes, the API, metrics and browsers, and ends when it is told to", async () => {
    const { url, stop, ended, find } = await serveHere();
    const authorization = `Bearer ${TOKEN}`;
    const get = (path: string, headers: Readonly<Record<string, string>> = { authorization }) =>
      fetch(`${url}${path}`, { headers, redirect: "manual" });

    expect((await get("/healthz", {})).status).toBe(200);
    expect(await (await get("/policies")).json()).toMatchObject({
      policies: [
        { name: "p", schedule: "@yearly", nextRunAt: expect.stringMatching(/-01-01T00:/) },
      ],
    });
    expect((await get("/policies", {})).status).toBe(401);
    expect(await (await get("/metrics")).text()).toContain("imageferry_mirror_lag_seconds");
    expect((await get("/", { accept: "text/html" })).status).toBe(303);
    expect(await (await get("/", { authorization, accept: "text/html" })).text()).toContain(
      "<html",
    );
    expect((await fetch(`${url}/webhooks/harbor`, { method: "POST" })).status).toBe(404);

    stop();
    await ended;
    expect(find("serve.stopped")).toMatchObject({ inTime: true });
    await expect(fetch(url)).rejects.toThrow();
  });

  it("follows another configuration when it is told that there is one", async () => {
    const { url, file, hangUp, find } = await serveHere();
    const headers = { authorization: `Bearer ${TOKEN}` };
    file.text = JSON.stringify({ policies: [{ name: 1 }] });
    hangUp();
    await expect.poll(() => find("config.refused")).toMatchObject({ code: "CONFIG_INVALID" });
    expect((await fetch(`${url}/runs`, { headers })).status).toBe(200);
    file.text = JSON.stringify({ ...CONFIG, api: { tokens: [] } });
    hangUp();
    await expect.poll(() => find("config.loaded")).toBeDefined();
    expect((await fetch(`${url}/runs`, { headers })).status).toBe(401);
  });

  it("does not begin at an address that another server has", async () => {
    const { url } = await serveHere();
    const { port } = new URL(url);
    await expect(serveHere(CONFIG, { port: Number(port) })).rejects.toMatchObject({
      code: "LISTEN_IN_USE",
    });
  });

  it("does not go on with a policy that cannot be followed, and listens no more", async () => {
    const policies = [{ name: "p", source: "x y", target: "b.test/x" }];
    await expect(serveHere({ policies })).rejects.toMatchObject({ remedy: "fixInput" });
  });
});
