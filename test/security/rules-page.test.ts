import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FAULT_SCENARIOS } from "../support/chaos-proxy/scenarios.ts";
import { HOSTILE_CASES } from "../support/hostile-registry/hostile-cases.ts";

const PAGE = fileURLToPath(new URL("../../docs/security-rules.md", import.meta.url));
const TEXT = readFileSync(PAGE, "utf8");
const RULES = [...Array.from({ length: 28 }, (_, at) => String(at + 1)), "§5.5", "§5.6", "§5.7"];

describe("the page of security rules", () => {
  it.each(RULES)("names tests that exist for rule %s", (rule) => {
    const row = TEXT.split("\n").find((line) => line.startsWith(`| ${rule} |`)) ?? "";
    const files = [...row.matchAll(/\]\(([^)]+\.test\.ts)\)/g)].map(([, file = ""]) => file);
    expect(files.length).toBeGreaterThan(0);
    const missing = files.filter((file) => !existsSync(join(dirname(PAGE), file)));
    expect(missing).toEqual([]);
  });

  it("tells how often the machine is attacked, and in how many ways it is let down", () => {
    expect(TEXT).toContain(`(${HOSTILE_CASES.length} ways, 11 of them`);
    expect(TEXT).toContain(`(${FAULT_SCENARIOS.length} ways, 22 of them`);
  });
});
