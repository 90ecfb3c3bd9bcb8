import { describe, expect, it } from "vitest";
import { redactUrl } from "../../lib/http/redact-url.ts";

describe("redactUrl", () => {
  it.each([
    ["https://user:pass@h.example/v2/", "https://h.example/v2/"],
    ["http://h:5000/v2/a/tags/list?n=100&last=v1", "http://h:5000/v2/a/tags/list?n=100&last=v1"],
    [
      "https://auth.example/token?service=s&scope=repository:a:pull&client_secret=x&refresh_token=y",
      "https://auth.example/token?service=s&scope=repository:a:pull",
    ],
    [
      "https://h/v2/a/blobs/uploads/?mount=sha256:aa&from=b",
      "https://h/v2/a/blobs/uploads/?mount=sha256:aa&from=b",
    ],
    [
      "https://h/v2/a/blobs/uploads/0b5f?_state=SECRET&digest=sha256:aa",
      "https://h/v2/a/blobs/uploads/…?digest=sha256:aa",
    ],
    ["https://h/v2/a/blobs/upload/0b5f/part/2", "https://h/v2/a/blobs/upload/…"],
    [
      "https://us-docker.pkg.dev/artifacts-uploads/namespaces/p/uploads/AJM",
      "https://us-docker.pkg.dev/artifacts-uploads/…",
    ],
    ["https://cdn.example/blob?X-Amz-Signature=S&X-Amz-Credential=C#f", "https://cdn.example/blob"],
    ["not a url with secret", "(not a URL)"],
  ])("shows %s as %s", (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  it("takes URL objects too", () => {
    expect(redactUrl(new URL("https://a:b@[::1]:5000/v2/?token=t"))).toBe("https://[::1]:5000/v2/");
  });
});
