import { describe, expect, it } from "vitest";
import { effectsFor, QUIRKS } from "../../lib/registry/quirks.ts";

const MATCHES: readonly (readonly [string, string | undefined])[] = [
  ["docker.io", "docker-hub"],
  ["123456789012.dkr.ecr.eu-west-1.amazonaws.com", "ecr"],
  ["123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "ecr"],
  ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "ecr"],
  ["123456789012.dkr-ecr.eu-west-1.on.aws", "ecr"],
  ["public.ecr.aws", "ecr-public"],
  ["ghcr.io", "ghcr"],
  ["gcr.io", "google"],
  ["eu.gcr.io", "google"],
  ["europe-west1-docker.pkg.dev", "google"],
  ["registry.cn-hangzhou.aliyuncs.com", "acr-personal"],
  ["registry-internal.cn-hangzhou.aliyuncs.com", "acr-personal"],
  ["acme-registry.cn-hangzhou.cr.aliyuncs.com", "acr-enterprise"],
  ["acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com", "acr-enterprise"],
  ["swr.cn-north-4.myhuaweicloud.com", "swr"],
  ["acme.tencentcloudcr.com", "tcr"],
  ["acme-cn-beijing.cr.volces.com", "volcengine"],
  ["quay.io", "quay"],
  ["registry.test", undefined],
  ["notghcr.io", undefined],
  ["gcr.io.evil.test", undefined],
  ["ghcr.io:5000", undefined],
];

describe("the vendor table", () => {
  it.each(MATCHES)("%s is %s", (registry, id) => {
    const rows = QUIRKS.filter((row) => row.hosts?.test(registry));
    expect(rows.map((row) => row.id)).toEqual(id === undefined ? [] : [id]);
  });

  it("has rows with an id, a reason and a source each", () => {
    expect(new Set(QUIRKS.map(({ id }) => id)).size).toBe(QUIRKS.length);
    for (const { note, link } of QUIRKS) {
      expect(note).toMatch(/\.$/);
      expect(link).toMatch(/^https:\/\//);
    }
  });

  it("lets settings have the last word, in the order of the table", () => {
    const ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    expect(effectsFor(ecr).mount).toBe(false);
    expect(effectsFor(ecr, ["mount"])).toMatchObject({ mount: true, uploadStatus: false });
    expect(effectsFor("registry.test", ["streamed-upload"])).toEqual({ uploadWay: "streamed" });
    expect(effectsFor("registry.test", ["unknown-row"])).toEqual({});
  });
});
