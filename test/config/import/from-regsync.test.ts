import { describe, expect, it } from "vitest";
import { fromRegsync } from "../../../lib/config/import/from-regsync.ts";
import { parseDocument } from "../../../lib/config/parse-document.ts";

function take(text: string) {
  return fromRegsync(parseDocument("regsync.yml", text, "yaml"));
}

describe("fromRegsync", () => {
  it("takes over credentials, their secrets by name only", () => {
    const { config, warnings } = take(`
version: 1
creds:
  - registry: docker.io
    user: '{{env "HUB_USER"}}'
    pass: '{{file "/run/hub"}}'
  - registry: r.io:5000
    hostname: mirror.r.io
    tls: disabled
    user: robot
    pass: hunter2
    reqPerSec: 10
    reqConcurrent: 3
    blobLimit: 5
  - registry: s.io
    tls: insecure
    token: hunter2
    regcert: "-----BEGIN CERTIFICATE-----"
`);
    expect(config.registries).toEqual({
      "docker.io": { credentials: { username: "env:HUB_USER", password: "file:/run/hub" } },
      "r.io:5000": {
        endpoint: "http://mirror.r.io",
        plainHttp: true,
        requestsPerSecond: 10,
        concurrency: 3,
        credentials: { username: "robot", password: "env:R_IO_5000_PASSWORD" },
      },
      "s.io": {
        insecureSkipTlsVerify: true,
        ca: "-----BEGIN CERTIFICATE-----",
        credentials: { identityToken: "env:S_IO_PASSWORD" },
      },
    });
    expect(warnings).toEqual([
      "the password for r.io:5000 is not copied: set it in R_IO_5000_PASSWORD",
      "the password for s.io is not copied: set it in S_IO_PASSWORD",
    ]);
  });

  it("takes over steps for images and repositories", () => {
    const { config, warnings } = take(`
defaults: {interval: 6h, platform: linux/amd64}
sync:
  - {source: busybox, target: "r.io/busybox:stable", type: image}
  - {source: busybox, target: r.io/b2, type: image, schedule: "15 3 * * *"}
  - source: alpine
    target: r.io/alpine
    type: repository
    tags: {allow: ['3\\.\\d+'], deny: [edge], semverRange: [">=3.1", "<2"]}
    platforms: [linux/arm64]
    digestTags: true
    includeExternal: true
`);
    expect(warnings).toEqual([]);
    const triggers = { schedule: "0 */6 * * *" };
    const platforms = ["linux/amd64"];
    expect(config.policies).toEqual([
      {
        name: "busybox",
        source: "busybox:latest",
        target: "r.io/busybox:stable",
        platforms,
        triggers,
      },
      {
        name: "busybox (2)",
        source: "busybox:latest",
        target: "r.io/b2:latest",
        platforms,
        triggers: { schedule: "15 3 * * *" },
      },
      {
        name: "alpine",
        source: "alpine",
        target: "r.io/alpine",
        tags: {
          include: ["/^(?:3\\.\\d+)$/"],
          exclude: ["/^(?:edge)$/"],
          semver: ">=3.1 || <2",
        },
        platforms: ["linux/arm64"],
        referrers: true,
        foreignLayers: "copy",
        triggers,
      },
    ]);
  });

  it("says what it leaves out", () => {
    const { config, problems, warnings } = take(`
sync:
  - {source: r.io, target: s.io, type: registry}
  - {source: "{{env \\"X\\"}}/a", target: s.io/a, type: repository}
  - {source: "q.io/A", target: s.io/a, type: image}
  - {source: q.io/b, target: s.io/b, type: repository, tagSets: [{allow: [latest]}]}
  - {source: q.io/a, target: s.io/a, type: repository, interval: 7m}
`);
    expect(config.policies).toHaveLength(1);
    expect(problems.map(({ rule, error }) => [rule, error.message])).toEqual([
      ["r.io", expect.stringContaining("whole registry")],
      ['{{env "X"}}/a', expect.stringContaining("template")],
      ["q.io/A", expect.stringContaining("lower case")],
      ["q.io/b", expect.stringContaining("tagSets")],
    ]);
    expect(warnings).toEqual([expect.stringContaining("interval 7m")]);
  });

  it("refuses another shape", () => {
    expect(() => take("sync: [{source: a}]")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});
