import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../infra/bundle.ts";

const PAGES = ["docs/deploy-aws.md", "docs/deploy-alicloud.md"];

/** The commands of the packaging tool itself, with their flags. */
const SERVERLESS: ReadonlyMap<string, { readonly options: Readonly<Record<string, unknown>> }> =
  createRequire(import.meta.url)("serverless/lib/cli/commands-schema/aws-service.js");

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Matches of a page's first group. */
function found(page: string, pattern: RegExp): string[] {
  return [...read(page).matchAll(pattern)].map(([, text = ""]) => text);
}

describe("the pages on deployment", () => {
  const { params, service }: { params: { default: Record<string, unknown> }; service: string } =
    parse(read("serverless.yml"));

  it.each(PAGES)("run scripts that exist: %s", (page) => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read("package.json"));
    const names = found(page, /^npm run (\S+)/gm);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(PAGES)("name files that exist: %s", (page) => {
    const paths = found(page, /(?<![\w/.])((?:infra|examples)\/[\w./-]*[\w])/g);
    expect(paths.length).toBeGreaterThan(3);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("call serverless as it can be called", () => {
    const calls = found("docs/deploy-aws.md", /npx serverless ([^`\n]+)/g);
    expect(calls.length).toBeGreaterThan(3);
    for (const call of calls) {
      const flags = Object.keys(SERVERLESS.get(call.split(" ")[0] ?? "")?.options ?? {});
      for (const [, flag] of call.matchAll(/--(\S+)/g)) expect(flags).toContain(flag);
      for (const [, param = ""] of call.matchAll(/--param (\w+)/g)) {
        expect(Object.keys(params.default)).toContain(param);
      }
    }
  });

  it("list the parameters there are, with their defaults", () => {
    const rows = [...read("docs/deploy-aws.md").matchAll(/^\| `(\w+)` \| `?([^`|]+?)`? \|/gm)];
    const listed = new Map(rows.map(([, name = "", value = ""]) => [name, value]));
    const defaults = Object.entries(params.default).map(([name, value]) => [name, String(value)]);
    expect([...listed].sort()).toEqual(defaults.sort());
  });

  it("name resources of the default stage as they are called", () => {
    const names = found("docs/deploy-aws.md", new RegExp(`(${service}-prod(?:-\\w+)?)`, "g"));
    const suffixes = new Set(names.map((name) => name.slice(`${service}-prod`.length)));
    const written =
      read("serverless.yml") + read("infra/aws/queues.yml") + read("infra/aws/alarms.yml");
    for (const suffix of suffixes) {
      expect(written + read("infra/aws/table.yml")).toContain(`\${self:custom.name}${suffix}\n`);
    }
    expect(suffixes.size).toBeGreaterThan(3);
  });

  it("speak of times and numbers as they are set", () => {
    const aws = parse(read("serverless.yml")).functions;
    expect(aws.worker.timeout).toBe(15 * 60);
    expect(read("docs/deploy-aws.md")).toContain("lives for 15 minutes");
    const reserved = ["orchestrator", "sweeper", "webhook", "api"].reduce(
      (sum, name) => sum + aws[name].reservedConcurrency,
      0,
    );
    expect(reserved).toBe(17);
    expect(read("docs/deploy-aws.md")).toContain("and seventeen more");
    const alicloud = parse(read("infra/alicloud/s.yaml")).resources.worker.props;
    expect(alicloud.timeout).toBe(30 * 60);
    expect(read("docs/deploy-alicloud.md")).toContain("lives for 30 minutes");
  });
});
