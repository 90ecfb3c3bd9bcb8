import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { DashboardServer } from "./dashboard-server.ts";
import { READ_TOKEN } from "./dashboard-world.ts";
import { findBinary } from "./find-binary.ts";

/** Where the browser is; `undefined`: there is none. */
export const CHROMIUM = await findBinary("chromium");

/** Says why tests are left out, where they are. */
export const SKIP_REASON = CHROMIUM === undefined ? " (skipped: there is no chromium on PATH)" : "";

/** How a window is opened. */
export interface Visit {
  readonly server: DashboardServer;
  readonly colorScheme?: "light" | "dark";
  /** CSS pixels. Default: 1280. */
  readonly width?: number;
  readonly javaScriptEnabled?: boolean;
  /** Default: yes. */
  readonly signedIn?: boolean;
}

/** Starts a browser without a window of its own. */
export function openBrowser(): Promise<Browser> {
  const executable = CHROMIUM === undefined ? {} : { executablePath: CHROMIUM };
  return chromium.launch({ ...executable, args: ["--no-sandbox"] });
}

/** Opens a window, hands it to `look`, and tells what its console said. */
export async function visit(
  browser: Browser,
  { server, width = 1280, signedIn = true, ...settings }: Visit,
  look: (page: Page, context: BrowserContext) => Promise<void>,
): Promise<string[]> {
  const context = await browser.newContext({
    ...settings,
    baseURL: server.origin,
    viewport: { width, height: 900 },
  });
  const url = server.origin;
  if (signedIn) await context.addCookies([{ name: "imageferry_token", value: READ_TOKEN, url }]);
  const page = await context.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`pageerror: ${error.message}`));
  page.on("dialog", (dialog) => {
    said.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await look(page, context).finally(() => context.close());
  return said;
}
