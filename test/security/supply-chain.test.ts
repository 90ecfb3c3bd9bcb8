import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { sbomOf } from "../../infra/sbom.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOCK = read("package-lock.json");
const PACKAGE: Readonly<Record<string, unknown>> = JSON.parse(read("package.json"));

interface LockedPackage {
  readonly name?: string;
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly dev?: boolean;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function locked(): readonly (readonly [string, LockedPackage])[] {
  const { packages }: { packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(LOCK);
  return Object.entries(packages).filter(([path]) => path !== "");
}

describe("the supply chain", () => {
  it("§5.7 pins every package, with its hash", () => {
    const { lockfileVersion } = JSON.parse(LOCK);
    expect(lockfileVersion).toBe(3);
    const unpinned = locked().filter(([, { version }]) => !/^\d+\.\d+\.\d+/.test(version));
    expect(unpinned).toEqual([]);
    // Of packages for other systems npm may know the name alone.
    const unhashed = locked().filter(
      ([, { integrity, optional }]) => !integrity?.startsWith("sha512-") && optional !== true,
    );
    expect(unhashed.map(([path]) => path)).toEqual([]);
  });

  it("§5.7 takes packages from the registry alone, not from addresses or repositories", () => {
    const elsewhere = locked().filter(
      ([, { resolved }]) =>
        resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\//.test(resolved),
    );
    expect(elsewhere).toEqual([]);
    for (const group of ["dependencies", "devDependencies"]) {
      const wanted: Readonly<Record<string, string>> = JSON.parse(read("package.json"))[group];
      for (const range of Object.values(wanted))
        expect(range).toMatch(/^(npm:[\w@/.-]+@)?[\^~]?\d/);
    }
  });

  it("§5.7 needs no install scripts: neither its own nor those of what it ships", () => {
    const scripts = Object.keys(Object(PACKAGE["scripts"]));
    const lifecycle = /^(pre|post)?(install|prepare|publish|pack)$/;
    expect(scripts.filter((name) => lifecycle.test(name))).toEqual([]);
    const shipped = locked().filter(
      ([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true,
    );
    // Advertising and checks of versions: what they install runs without.
    const harmless = [
      "node_modules/@alicloud/openapi-core",
      "node_modules/core-js",
      "node_modules/protobufjs",
    ];
    expect(shipped.map(([path]) => path).filter((path) => !harmless.includes(path))).toEqual([]);
  });

  it("§5.7 ships allow-listed files under a licence, with those of others", () => {
    expect(PACKAGE["license"]).toBe("Apache-2.0");
    expect(read("LICENSE")).toContain("Apache License");
    expect(PACKAGE["files"]).toEqual(["dist", "CHANGELOG.md", "SECURITY.md"]);
    expect(read("infra/build.ts")).toContain('"THIRD-PARTY.txt"');
    const shipped = sbomOf(LOCK).components.filter(({ scope }) => scope !== "excluded");
    const licences = new Set(
      shipped.flatMap(({ licenses = [] }) =>
        licenses.map((one) => ("expression" in one ? one.expression : one.license.name)),
      ),
    );
    const free =
      /^(\(?(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|Unlicense|CC0-1\.0|BlueOak-1\.0\.0|Python-2\.0|WTFPL)( OR |\)|$))+/;
    const unknown = [...licences].filter((licence) => !free.test(licence));
    // flatbuffers, which is under the Apache licence by its file.
    expect(unknown).toEqual(["SEE LICENSE IN LICENSE.txt"]);
  });

  it("§5.7 has a bill of materials that names every package once, with hash and licence", () => {
    const bill = sbomOf(LOCK);
    expect(bill).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      metadata: { component: { name: "imageferry", version: PACKAGE["version"] } },
    });
    const refs = bill.components.map((component) => component["bom-ref"]);
    expect(new Set(refs).size).toBe(refs.length);
    const wanted = new Set(
      locked().map(([path, { name, version }]) => {
        const own = name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
        return `pkg:npm/${own.replace("@", "%40")}@${version}`;
      }),
    );
    expect(new Set(refs)).toEqual(wanted);
    const undici = bill.components.find(({ purl }) => purl.startsWith("pkg:npm/undici@7."));
    expect(undici).toMatchObject({
      scope: "required",
      name: "undici",
      licenses: [{ expression: "MIT" }],
      hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    });
    expect(bill.components.find(({ name }) => name === "vitest")?.scope).toBe("excluded");
    expect(sbomOf(LOCK)).toEqual(bill);
  });

  it("§5.7 runs no text as code, and starts no process but a credential helper", () => {
    const sources = readdirSync(join(ROOT, "lib"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [`lib/${file}`, read(`lib/${file}`)] as const);
    const evaluating = sources.filter(([, text]) => /\beval\(|new Function\(|node:vm"/.test(text));
    // It asks V8 for one of its own functions, by a name that stands there.
    expect(evaluating.map(([file]) => file)).toEqual(["lib/base/garbage-collector.ts"]);
    const spawning = sources.filter(([, text]) => /child_process/.test(text));
    expect(spawning.map(([file]) => file)).toEqual(["lib/auth/credential-helper.ts"]);
    expect(sources.find(([, text]) => /shell: true/.test(text))).toBeUndefined();
  });

  it("§5.7 says how to report a hole", () => {
    expect(existsSync(join(ROOT, "SECURITY.md"))).toBe(true);
    expect(read("SECURITY.md")).toMatch(/Reporting a vulnerability/);
  });
});
