import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { expect, it } from "vitest";
import { assetAt, assetPath } from "../../../lib/web/dashboard/assets.ts";

it.each([
  ["dashboard.css", "text/css; charset=utf-8"],
  ["dashboard.js", "text/javascript; charset=utf-8"],
  ["mark.svg", "image/svg+xml"],
] as const)("gives %s under a name that changes with it, for ever", (name, type) => {
  const path = assetPath(name);
  const found = assetAt(path);
  const hash = createHash("sha256").update(String(found?.body)).digest("hex").slice(0, 12);
  expect(path).toBe(`/assets/${name.replace(".", `.${hash}.`)}`);
  expect(found).toMatchObject({
    status: 200,
    headers: {
      "content-type": type,
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
    },
  });
});

it("gives nothing else, and refers to no other place", () => {
  for (const path of ["/assets/", "/assets/dashboard.css", "/assets/../mark.svg"]) {
    expect(assetAt(path)).toBeUndefined();
  }
  for (const name of ["dashboard.css", "dashboard.js"] as const) {
    expect(String(assetAt(assetPath(name))?.body)).not.toMatch(/https?:|@import|url\(/);
  }
});

it("closes every rule of the style sheet", () => {
  const css = String(assetAt(assetPath("dashboard.css"))?.body);
  expect(css.split("{")).toHaveLength(css.split("}").length);
});

it("gives a script that can be read, and makes no markup of text", () => {
  const script = String(assetAt(assetPath("dashboard.js"))?.body);
  expect(new Script(script)).toBeInstanceOf(Script);
  expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
});
