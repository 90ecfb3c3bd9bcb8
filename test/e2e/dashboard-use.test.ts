import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, openBrowser, SKIP_REASON, visit } from "../support/dashboard-browser.ts";
import { busyScene, FAILED_RUN, HUGE_RUN } from "../support/dashboard-scene.ts";
import { type DashboardServer, openDashboard } from "../support/dashboard-server.ts";
import {
  ago,
  type DashboardWorld,
  emptyWorld,
  READ_TOKEN,
  runOf,
  taskOf,
} from "../support/dashboard-world.ts";

/** Pages look every few seconds; the machine may be busy. */
const SEEN_MS = 60_000;

describe.skipIf(CHROMIUM === undefined)(`using the dashboard in Chromium${SKIP_REASON}`, () => {
  const busy = busyScene();
  let browser: Browser;
  let server: DashboardServer;
  const opened: DashboardServer[] = [];

  beforeAll(async () => {
    server = await open(busy);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all(opened.map((each) => each.close()));
  });

  async function open(world: DashboardWorld): Promise<DashboardServer> {
    const each = await openDashboard(world);
    opened.push(each);
    return each;
  }

  it("lets in whoever has a token, and leads back to what was asked for", async () => {
    await visit(browser, { server, signedIn: false }, async (page, context) => {
      await page.goto(`/runs/${FAILED_RUN}?state=failed`);
      const token = page.getByLabel("Token");
      await token.fill("secret-but-wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
      expect(await page.content()).not.toContain("secret-but-wrong");
      await token.fill(READ_TOKEN);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: FAILED_RUN }).waitFor();
      expect(new URL(page.url()).search).toBe("?state=failed");
      expect(await context.cookies()).toMatchObject([
        { name: "imageferry_token", httpOnly: true, sameSite: "Strict", secure: false },
      ]);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token").waitFor();
      expect(await context.cookies()).toEqual([]);
    });
  });

  it("lets in whoever follows another site's link, without a second sign-in", async () => {
    await visit(browser, { server }, async (page) => {
      // Another site to the browser, as the name differs.
      const link = `<a href="${server.origin}/policies">see</a>`;
      await page.goto(`data:text/html,${encodeURIComponent(link)}`);
      await page.getByText("see").click();
      await page.getByRole("heading", { name: "Policies" }).waitFor();
    });
  });

  it("shows what changes in a run without loading the page again, and keeps focus", async () => {
    const world = emptyWorld();
    const totals = { copied: 1, suspended: 3 };
    world.runs = [runOf("live", { state: "running", startedAt: ago(1), totals })];
    const tags = ["1", "2", "3", "4"];
    world.tasks.set(
      "live",
      tags.map((tag) => taskOf(tag, tag === "1" ? "copied" : "pending")),
    );
    const own = await open(world);
    const said = await visit(browser, { server: own }, async (page) => {
      await page.goto("/runs/live");
      await page.evaluate("window.mark = 'same page'");
      const failedLink = page.getByRole("link", { name: "Failed" });
      await failedLink.focus();
      await page.getByText("25 %").waitFor();
      world.runs = [
        runOf("live", {
          state: "running",
          startedAt: ago(1),
          totals: { copied: 2, failed: 1, suspended: 1 },
        }),
      ];
      const failed = taskOf("2", "failed", { code: "TARGET_DENIED", message: "pushing is denied" });
      world.tasks.set("live", [
        taskOf("1", "copied"),
        failed,
        taskOf("3", "copied"),
        taskOf("4", "running"),
      ]);
      await page.getByText("pushing is denied").waitFor({ timeout: SEEN_MS });
      await page.getByText("75 %").waitFor();
      expect(await page.getByRole("status").textContent()).toBe("Copying: 70 %, 1 failed.");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Failed 1");
      world.runs = [runOf("live", { totals: { copied: 3, failed: 1 } })];
      await page.getByText("imageferry retry live").waitFor({ timeout: SEEN_MS });
      expect(await page.evaluate("window.mark")).toBe("same page");
    });
    expect(said).toEqual([]);
  });

  it("goes on looking where events do not come through, and shows new runs in the list", async () => {
    const world = emptyWorld();
    world.runs = [
      runOf("first", { state: "running", startedAt: ago(1), totals: { suspended: 2 } }),
    ];
    world.tasks.set("first", []);
    const own = await open(world);
    await visit(browser, { server: own }, async (page) => {
      await page.route("**/events*", (route) => route.abort());
      await page.goto("/runs/first");
      world.runs = [runOf("first", { totals: { copied: 2 } })];
      await page.getByText("Outcome").waitFor({ timeout: SEEN_MS });
    });
    world.runs = [
      runOf("first", { state: "running", startedAt: ago(1), totals: { suspended: 2 } }),
    ];
    const said = await visit(browser, { server: own }, async (page) => {
      await page.goto("/");
      world.runs = [runOf("second", { state: "running", totals: { suspended: 1 } }), ...world.runs];
      await page.getByRole("link", { name: "second" }).waitFor({ timeout: SEEN_MS });
      expect(await page.getByRole("row").allTextContents()).toHaveLength(3);
    });
    expect(said).toEqual([]);
  });

  it("rests while nobody sees it, says when it is cut off, and comes back", async () => {
    const world = emptyWorld();
    world.runs = [runOf("first", { totals: { copied: 2 } })];
    const own = await open(world);
    const hide = (hidden: boolean): string =>
      `Object.defineProperty(document, "hidden", { configurable: true, get: () => ${hidden} });
       document.dispatchEvent(new Event("visibilitychange"));`;
    await visit(browser, { server: own }, async (page, context) => {
      await page.goto("/");
      await page.evaluate(hide(true));
      await page.getByText("Paused").waitFor();
      world.runs = [runOf("second"), ...world.runs];
      await page.evaluate(hide(false));
      await page.getByRole("link", { name: "second" }).waitFor({ timeout: SEEN_MS });
      await page.getByText("Live", { exact: true }).waitFor();
      await context.setOffline(true);
      await page.evaluate(hide(false));
      await page.getByText("Not connected").waitFor({ timeout: SEEN_MS });
      await context.setOffline(false);
      await page.evaluate(hide(false));
      await page.getByText("Live", { exact: true }).waitFor({ timeout: SEEN_MS });
      await context.clearCookies();
      await page.evaluate(hide(false));
      await page.getByLabel("Token").waitFor({ timeout: SEEN_MS });
    });
  });

  it("stays usable with 5,000 tags", async () => {
    const said = await visit(browser, { server }, async (page) => {
      const answer = await page.goto(`/runs/${HUGE_RUN}`);
      expect((await answer?.body())?.length).toBeLessThan(150_000);
      expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(4000);
      await page.getByText("Tags 1 to 100").waitFor();
      await page.getByRole("link", { name: "Next page" }).click();
      await page.getByText("Tags 101 to 200").waitFor();
      await page.getByRole("link", { name: "Failed" }).click();
      await page.getByText("Failed tags 1 to 11").waitFor();
      expect(await page.getByText("TARGET_QUOTA_EXCEEDED").count()).toBe(11);
    });
    expect(said).toEqual([]);
    expect(busy.largestPage).toBeLessThanOrEqual(1000);
  });

  it("shows hostile names as they are, and runs nothing of them", async () => {
    const said = await visit(browser, { server }, async (page) => {
      await page.goto(`/runs/${FAILED_RUN}`);
      await page.getByText("docker.io/library/nginx:<script>alert(1)</script>").waitFor();
      await page.getByText(`<img src=x onerror="alert('x')"> is no manifest & never was`).waitFor();
      expect(await page.locator("main script, main img").count()).toBe(0);
    });
    expect(said).toEqual([]);
  });

  it("keeps the choice of colours, copies the command, and works by keyboard", async () => {
    await visit(browser, { server }, async (page, context) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.goto(`/runs/${FAILED_RUN}`);
      await page.getByRole("button", { name: "Copy the command" }).click();
      await page.getByText("Copied.").waitFor({ state: "attached" });
      expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
        `imageferry retry ${FAILED_RUN}`,
      );
      const paper = "getComputedStyle(document.body).backgroundColor";
      const light = await page.evaluate(paper);
      await page.getByRole("button", { name: "Theme: system" }).click();
      await page.getByRole("button", { name: "Theme: light" }).click();
      await page.goto("/");
      await page.getByRole("button", { name: "Theme: dark" }).waitFor();
      expect(await page.evaluate(paper)).not.toBe(light);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      expect(await page.evaluate("document.activeElement.id")).toBe("content");
    });
  });

  it("works without JavaScript", async () => {
    await visit(browser, { server, javaScriptEnabled: false, signedIn: false }, async (page) => {
      await page.goto("/");
      await page.getByLabel("Token").fill(READ_TOKEN);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("this page stands still").waitFor();
      expect(await page.getByRole("button").allTextContents()).toEqual(["Sign out"]);
      await page.getByRole("link", { name: FAILED_RUN }).click();
      await page.getByText(`imageferry retry ${FAILED_RUN}`).waitFor();
    });
  });
});
