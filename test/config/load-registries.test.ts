import { describe, expect, it } from "vitest";
import { loadRegistries } from "../../lib/config/load-registries.ts";
import { memoryFiles } from "./memory-files.ts";

const FILES = {
  "imageferry.yaml": "registries: {a.io: {plainHttp: true}, b.io: {concurrency: 2}}",
  "auth.json": '{"c.io": {"username": "u", "password": "p", "insecure": true}}',
  "registries.yaml": "b.io: {concurrency: 9}",
};

type Rest = Partial<Omit<Parameters<typeof loadRegistries>[0], "read">>;

function load(rest: Rest, files: Readonly<Record<string, string>> = FILES) {
  return loadRegistries({ env: {}, home: "/home/u", ...rest, read: memoryFiles(files) });
}

describe("loadRegistries", () => {
  it("takes the configuration in the usual place, without asking for rules", async () => {
    expect((await load({})).registries).toEqual([
      { registry: "a.io", plainHttp: true },
      { registry: "b.io", concurrency: 2 },
    ]);
    expect(await load({}, {})).toEqual({ registries: [], credentials: new Map() });
  });

  it("takes image-syncer's credentials in the place of it", async () => {
    const { registries, credentials } = await load({ auth: "auth.json" });
    expect(registries).toMatchObject([{ registry: "c.io", plainHttpFallback: true }]);
    expect([...credentials.keys()]).toEqual(["c.io"]);
  });

  it.each<[string, Rest]>([
    ["the flag", { registries: "registries.yaml" }],
    ["the variable", { env: { IMAGEFERRY_REGISTRIES: "registries.yaml" } }],
  ])("lays the file that %s names over it", async (_, rest) => {
    expect((await load(rest)).registries).toMatchObject([
      { registry: "a.io" },
      { registry: "b.io", concurrency: 9 },
    ]);
  });

  it("takes registries that are named as plain for plain, whatever the files say of them", async () => {
    const files = { ...FILES, "registries.yaml": "b.io: {plainHttp: false, concurrency: 9}" };
    const plainHttp = ["B.io", "new.lan:5000"];
    const { registries } = await load({ plainHttp, registries: "registries.yaml" }, files);
    expect(registries).toEqual([
      { registry: "a.io", plainHttp: true },
      { registry: "b.io", plainHttp: true, concurrency: 9 },
      { registry: "new.lan:5000", plainHttp: true },
    ]);
  });

  it("refuses two files that may say different things", async () => {
    const work = load({ config: "imageferry.yaml", auth: "auth.json" });
    await expect(work).rejects.toMatchObject({ code: "CONFIG_AND_SPLIT_FILES" });
  });
});
