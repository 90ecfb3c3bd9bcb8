import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, openBrowser, SKIP_REASON, visit } from "../support/dashboard-browser.ts";
import { busyScene, FAILED_RUN, HUGE_RUN, LISTING_RUN } from "../support/dashboard-scene.ts";
import { type DashboardServer, openDashboard } from "../support/dashboard-server.ts";
import { emptyWorld } from "../support/dashboard-world.ts";

/** Pictures of all pages are put there when it is set. */
const pictures = process.env["IMAGEFERRY_SCREENSHOTS"];

const THEMES = ["light", "dark"] as const;

const PAGES = [
  ["runs", "busy", "/"],
  ["run-huge", "busy", `/runs/${HUGE_RUN}`],
  ["run-failed", "busy", `/runs/${FAILED_RUN}`],
  ["run-listing", "busy", `/runs/${LISTING_RUN}`],
  ["policies", "busy", "/policies"],
  ["registries", "busy", "/registries"],
  ["runs-empty", "empty", "/"],
  ["policies-empty", "empty", "/policies"],
  ["registries-empty", "empty", "/registries"],
] as const;

/** What axe-core finds; that it found nothing to look at is a finding as well. */
const AXE = `axe.run(document).then(({ violations, passes }) => [
  ...violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).join(" | ")),
  ...(passes.length < 10 ? ["only " + passes.length + " rules had something to look at"] : []),
])`;

describe.skipIf(CHROMIUM === undefined)(`pages of the dashboard in Chromium${SKIP_REASON}`, () => {
  let browser: Browser;
  let servers: Readonly<Record<"busy" | "empty", DashboardServer>>;

  beforeAll(async () => {
    servers = { busy: await openDashboard(busyScene()), empty: await openDashboard(emptyWorld()) };
    browser = await openBrowser();
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all(Object.values(servers ?? {}).map((server) => server.close()));
  });

  /** The debugger brings axe-core in, as the pages' own policy would not. */
  async function violations(page: Page): Promise<unknown> {
    await page.evaluate(axe.source);
    return page.evaluate(AXE);
  }

  async function picture(page: Page, name: string, height = 900): Promise<void> {
    if (pictures === undefined) return;
    const clip = { x: 0, y: 0, width: page.viewportSize()?.width ?? 0, height };
    await page.screenshot({ path: join(pictures, `${name}.png`), clip, fullPage: true });
  }

  for (const colorScheme of THEMES) {
    it.each(PAGES)(
      `shows %s of the %s service without a fault, ${colorScheme}`,
      async (name, which, path) => {
        const server = servers[which];
        const said = await visit(browser, { server, colorScheme }, async (page) => {
          await page.goto(path);
          expect(await violations(page)).toEqual([]);
          await picture(page, `${name}-${colorScheme}`);
        });
        expect(said).toEqual([]);
      },
    );

    it(`shows sign-in and refusals without a fault, ${colorScheme}`, async () => {
      const server = servers.busy;
      await visit(browser, { server, colorScheme, signedIn: false }, async (page) => {
        await page.goto("/policies");
        expect(await violations(page)).toEqual([]);
        await picture(page, `login-${colorScheme}`);
        await page.getByLabel("Token").fill("wrong");
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("alert").waitFor();
        expect(await violations(page)).toEqual([]);
        await picture(page, `login-wrong-${colorScheme}`);
      });
      await visit(browser, { server, colorScheme }, async (page) => {
        await page.goto("/runs/none");
        expect(await violations(page)).toEqual([]);
        await picture(page, `run-none-${colorScheme}`);
      });
    });
  }

  it.each(PAGES)("fits %s of the %s service on a telephone", async (name, which, path) => {
    const server = servers[which];
    const said = await visit(browser, { server, width: 375 }, async (page) => {
      await page.goto(path);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);
      await picture(page, `${name}-375`, 1800);
    });
    expect(said).toEqual([]);
  });
});
