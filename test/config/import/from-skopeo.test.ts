import { describe, expect, it } from "vitest";
import { fromSkopeo } from "../../../lib/config/import/from-skopeo.ts";
import { parseDocument } from "../../../lib/config/parse-document.ts";

const DOCUMENT = parseDocument(
  "skopeo.yaml",
  `
registry.example.com:
  images:
    busybox: []
    tools/redis: ["7.4", 8.0]
    empty:
  images-by-tag-regex:
    nginx: ^1\\.2
  images-by-semver:
    alpine: ">= 3.12.0, < 4"
  credentials: {username: robot, password: hunter2}
  tls-verify: false
  cert-dir: /certs
quay.io:
  images: {coreos/etcd: [latest]}
`,
  "yaml",
);

describe("fromSkopeo", () => {
  it("takes over images by name, expression and version", () => {
    const source = (path: string) => `registry.example.com/${path}`;
    const { config, warnings } = fromSkopeo(DOCUMENT, { registry: "r.io", namespace: "mirror" });
    expect(config).toEqual({
      registries: {
        "registry.example.com": {
          insecureSkipTlsVerify: true,
          credentials: { username: "robot", password: "env:REGISTRY_EXAMPLE_COM_PASSWORD" },
        },
      },
      policies: [
        { name: source("busybox"), source: source("busybox"), target: "r.io/mirror/busybox" },
        {
          name: source("tools/redis"),
          source: source("tools/redis"),
          target: "r.io/mirror/redis",
          tags: ["7.4", "8.0"],
        },
        { name: source("empty"), source: source("empty"), target: "r.io/mirror/empty" },
        {
          name: source("nginx by regex"),
          source: source("nginx"),
          target: "r.io/mirror/nginx",
          tags: { include: ["/^1\\.2/"] },
        },
        {
          name: source("alpine by version"),
          source: source("alpine"),
          target: "r.io/mirror/alpine",
          tags: { semver: ">= 3.12.0  < 4" },
        },
        {
          name: "quay.io/coreos/etcd",
          source: "quay.io/coreos/etcd",
          target: "r.io/mirror/etcd",
          tags: ["latest"],
        },
      ],
    });
    expect(warnings).toEqual([
      expect.stringContaining("REGISTRY_EXAMPLE_COM_PASSWORD"),
      expect.stringContaining("cert-dir"),
    ]);
  });

  it("asks where images go", () => {
    expect(() => fromSkopeo(DOCUMENT, {})).toThrow(
      expect.objectContaining({ code: "IMPORT_TARGET_MISSING" }),
    );
  });
});
