import { describe, expect, it } from "vitest";
import { resolveLocation, type UploadOwner } from "../../lib/registry/upload-location.ts";
import { failureOf } from "./registry-rig.ts";

const ASKED = new URL("https://reg.test/v2/a/blobs/uploads/");

function owner(origin = "https://reg.test", registry = "reg.test"): UploadOwner {
  return { registry, uploadHosts: ["store.test"], url: (path) => new URL(origin + path) };
}

describe("resolveLocation", () => {
  it.each([
    [
      "/v2/a/blobs/uploads/1?_state=a%2Bb%3D",
      "https://reg.test/v2/a/blobs/uploads/1?_state=a%2Bb%3D",
    ],
    ["1?x=1", "https://reg.test/v2/a/blobs/uploads/1?x=1"],
    ["https://reg.test/up/1", "https://reg.test/up/1"],
    ["https://reg.test:443/up/1", "https://reg.test/up/1"],
    ["http://reg.test/up/1", "https://reg.test/up/1"],
    ["http://reg.test:443/up/1", "https://reg.test/up/1"],
    ["//reg.test/up/1", "https://reg.test/up/1"],
    ["reg.test/up/1", "https://reg.test/up/1"],
    ["reg.test:443/up/1", "https://reg.test/up/1"],
    ["REG.test/up/1", "https://reg.test/up/1"],
    ["https://REG.TEST/up/1#part", "https://reg.test/up/1"],
    ["https://reg.test//evil.test/up/1", "https://reg.test//evil.test/up/1"],
    [" /up/1?a=b;c&d=%2f ", "https://reg.test/up/1?a=b;c&d=%2f"],
  ])("%s is the registry's own", (value, href) => {
    const { url, isForeign } = resolveLocation(value, ASKED, owner());
    expect(url.href).toBe(href);
    expect(isForeign).toBe(false);
  });

  it.each([
    ["http://localhost:5000/up/1", "http://localhost:5000/up/1"],
    ["localhost:5000/up/1", "http://localhost:5000/up/1"],
    ["https://public.test/up/1", "http://localhost:5000/up/1"],
    ["public.test/up/1", "http://localhost:5000/up/1"],
  ])("%s stays at the endpoint requests go to", (value, href) => {
    const at = owner("http://localhost:5000", "public.test");
    const asked = new URL("http://localhost:5000/v2/a/blobs/uploads/");
    expect(resolveLocation(value, asked, at)).toMatchObject({ isForeign: false });
    expect(resolveLocation(value, asked, at).url.href).toBe(href);
  });

  it("lets an allowed host have it, by https", () => {
    const location = resolveLocation("https://store.test/b?sig=x#y", ASKED, owner());
    expect(location).toMatchObject({ isForeign: true });
    expect(location.url.href).toBe("https://store.test/b?sig=x");
    const next = resolveLocation("/b/2", location.url, owner());
    expect(next.url.href).toBe("https://store.test/b/2");
    expect(next.isForeign).toBe(true);
  });

  it.each([
    "https://evil.test/up/1",
    "https://reg.test:8443/up/1",
    "https://reg.test.evil.test/up/1",
    "http://store.test/b",
    "//evil.test/up/1",
    "https://user:word@reg.test/up/1",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://",
    "",
  ])("%s is refused", async (value) => {
    const work = (async () => resolveLocation(value, ASKED, owner()))();
    const error = await failureOf(work);
    expect(error).toMatchObject({ code: "UPLOAD_LOCATION_REFUSED", remedy: "giveUp" });
    expect(`${error.message}`).not.toMatch(/up\/1|word/);
  });
});
