import { describe, expect, it } from "vitest";
import { FerryError } from "../../../lib/base/error.ts";
import type { ApiResponse } from "../../../lib/web/api-request.ts";
import { dashboardPages } from "../../../lib/web/dashboard/dashboard-pages.ts";
import { busyScene, FAILED_RUN, HUGE_RUN } from "../../support/dashboard-scene.ts";
import {
  browserRequest,
  type DashboardWorld,
  emptyWorld,
  NOW_MS,
  RUN_TOKEN,
  runOf,
  serviceOf,
  taskOf,
  tokenCheck,
} from "../../support/dashboard-world.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const BUSY = busyScene();

function pagesOf(world: DashboardWorld) {
  const clock = new VirtualClock(NOW_MS);
  return dashboardPages({ service: serviceOf(world), check: tokenCheck(), clock });
}

async function get(
  target: string,
  change: Parameters<typeof browserRequest>[1] = {},
  world = BUSY,
): Promise<ApiResponse> {
  const response = await pagesOf(world)(browserRequest(target, change));
  if (response === undefined) throw new Error(`there is no page at ${target}`);
  return response;
}

describe("dashboard pages", () => {
  it.each([
    ["/", "Runs · imageferry"],
    ["/runs", "Runs · imageferry"],
    [`/runs/${HUGE_RUN}`, `Run ${HUGE_RUN} · imageferry`],
    [`/runs/${encodeURIComponent(FAILED_RUN)}?state=failed`, `Run ${FAILED_RUN} · imageferry`],
    ["/policies", "Policies · imageferry"],
    ["/registries", "Registries · imageferry"],
  ])("answers %s with a page that nobody else can use", async (target, title) => {
    const { status, headers, body } = await get(target);
    expect({ status, headers }).toEqual({
      status: 200,
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy":
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
          "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        vary: "accept, cookie",
      },
    });
    expect(body).toContain(`<title>${title}</title>`);
    expect(body).not.toMatch(/ style="| on\w+="|<script>|javascript:/);
    const addresses = [...String(body).matchAll(/ (?:href|src|action)="([^"]*)"/g)];
    expect(addresses.length).toBeGreaterThan(5);
    for (const [, address] of addresses) expect(address).toMatch(/^[/#](?!\/)/);
  });

  it.each([
    "/healthz",
    "/runs/a/tasks",
    "/runs/a/events",
    "/runs/",
    "/runs/%E0%A4%A",
    "/x",
    "/assets/x.js",
  ])("leaves %s to others", async (path) => {
    expect(await pagesOf(BUSY)(browserRequest(path))).toBeUndefined();
  });

  it.each(["POST", "PUT", "DELETE", "HEAD"])("changes nothing by %s", async (method) => {
    expect(await pagesOf(BUSY)(browserRequest("/", { method }))).toBeUndefined();
  });

  it("gives the part that changes alone, when that is asked for", async () => {
    const { status, body } = await get("/", { headers: { "x-imageferry-part": "main" } });
    expect(status).toBe(200);
    expect(body).toMatch(/^<main id="content"[^>]* data-refresh-ms="4000"[\s\S]*<\/main>$/);
  });

  it.each([
    ["/", "/login"],
    ["/policies", "/login?next=%2Fpolicies"],
    ["/runs/a?state=failed&from=2", "/login?next=%2Fruns%2Fa%3Fstate%3Dfailed%26from%3D2"],
  ])("sends strangers who ask for %s to the sign-in", async (target, location) => {
    for (const cookie of ["", "imageferry_token=wrong"]) {
      const response = await get(target, { headers: { cookie } });
      expect(response).toMatchObject({ status: 303, headers: { location }, body: "" });
    }
    const part = { cookie: "", "x-imageferry-part": "main" };
    expect(await get(target, { headers: part })).toMatchObject({ status: 204, body: "" });
  });

  it("knows callers whom the host has checked, and offers them no sign-out", async () => {
    const principal = { name: "cloud", scopes: new Set(["read"] as const) };
    const { status, body } = await get("/", { principal, headers: { cookie: "" } });
    expect(status).toBe(200);
    expect(body).not.toContain("/logout");
    expect((await get("/")).body).toContain('action="/logout"');
  });

  it("refuses a token without the scope, and says so of an unknown run", async () => {
    const refused = await get("/", { headers: { cookie: `imageferry_token=${RUN_TOKEN}` } });
    expect(refused.status).toBe(403);
    expect(refused.body).toContain("Not allowed");
    const missing = await get("/runs/%3Cscript%3E");
    expect(missing.status).toBe(404);
    expect(missing.body).toContain("No such run");
    expect(missing.body).not.toContain("script&gt;");
  });

  it.each([
    ["/?limit=100", 60],
    ["/?limit=nonsense", 25],
    ["/?limit=0", 25],
    ["/?limit=99999999", 60],
  ])("shows as many runs as %s asks for", async (target, rows) => {
    const world = emptyWorld();
    world.runs = Array.from({ length: 60 }, (_, index) => runOf(`run-${index}`));
    const { body } = await get(target, {}, world);
    expect(String(body).match(/<tr data-key/g)).toHaveLength(rows);
  });

  it("pages through 5,000 tags, each once", async () => {
    const seen = new Set<string>();
    let target: string | undefined = `/runs/${HUGE_RUN}`;
    let pages = 0;
    while (target !== undefined) {
      const body: string = String((await get(target)).body);
      for (const [, key] of body.matchAll(/<tr data-key="(\w+)"/g)) seen.add(key ?? "");
      pages++;
      target = /href="([^"]+)">Next page/.exec(body)?.[1]?.replaceAll("&amp;", "&");
    }
    expect({ pages, tags: seen.size }).toEqual({ pages: 50, tags: 5000 });
  });

  it("begins anew where a cursor is worth nothing, and passes on what else goes wrong", async () => {
    const world = emptyWorld();
    world.runs = [runOf("a", { totals: { copied: 1 } })];
    world.tasks.set("a", [taskOf("1.0", "copied")]);
    const service = serviceOf(world);
    const refusing = (code: string) =>
      dashboardPages({
        check: tokenCheck(),
        clock: new VirtualClock(NOW_MS),
        service: {
          ...service,
          tasks: async (runId, query) => {
            if (query.cursor === undefined) return service.tasks(runId, query);
            throw new FerryError("no", { code, remedy: "fixInput" });
          },
        },
      });
    const request = browserRequest("/runs/a?cursor=old&from=300");
    const found = await refusing("CURSOR_INVALID")(request);
    expect(found?.body).toContain("Tags 1 to 1");
    await expect(refusing("STATE_UNAVAILABLE")(request)).rejects.toThrow("no");
  });
});
