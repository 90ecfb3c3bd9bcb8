import { createHash } from "node:crypto";
import type { ApiResponse } from "../api-request.ts";
import { BRAND_MARK } from "./brand-mark.ts";
import { CLIENT_SCRIPT } from "./client-script.ts";
import { securityHeaders } from "./page-response.ts";
import { STYLE_LAYOUT } from "./style-layout.ts";
import { STYLE_PARTS } from "./style-parts.ts";

const FILES = {
  "dashboard.css": { type: "text/css; charset=utf-8", text: `${STYLE_LAYOUT}${STYLE_PARTS}` },
  "dashboard.js": { type: "text/javascript; charset=utf-8", text: CLIENT_SCRIPT },
  "mark.svg": { type: "image/svg+xml", text: BRAND_MARK },
} as const;

type AssetName = keyof typeof FILES;

const PATHS: ReadonlyMap<AssetName, string> = new Map(
  (["dashboard.css", "dashboard.js", "mark.svg"] as const).map((name) => [name, pathOf(name)]),
);

/** Where a page finds a file; the name changes with its content, so it may be kept for ever. */
export function assetPath(name: AssetName): string {
  return PATHS.get(name) ?? "";
}

/** The file at a path; `undefined` when there is none. */
export function assetAt(path: string): ApiResponse | undefined {
  const name = [...PATHS].find(([, at]) => at === path)?.[0];
  if (name === undefined) return undefined;
  const { type, text } = FILES[name];
  return {
    status: 200,
    headers: {
      ...securityHeaders(),
      "content-type": type,
      "cache-control": "public, max-age=31536000, immutable",
    },
    body: text,
  };
}

function pathOf(name: AssetName): string {
  const hash = createHash("sha256").update(FILES[name].text).digest("hex").slice(0, 12);
  return `/assets/${name.replace(".", `.${hash}.`)}`;
}
