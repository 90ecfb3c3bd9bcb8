import { describe, expect, it } from "vitest";
import { keyMatches } from "../../lib/auth/key-match.ts";
import { parseReference } from "../../lib/oci/reference.ts";
import {
  authEntry,
  casesOf,
  type RuleExpect,
  type RuleInput,
  runRuleCase,
  userFor,
} from "./image-syncer-cases.ts";

const withAuth = [
  ...casesOf<RuleInput, RuleExpect>("auth"),
  ...casesOf<RuleInput, RuleExpect>("config"),
];

describe("image-syncer's credentials", () => {
  it.each(withAuth)("$id $title", async ({ input, expect: wanted }) => {
    const { config, codes, tasks } = await runRuleCase(input);
    expect(codes).toEqual(wanted.errorCode === undefined ? [] : [wanted.errorCode]);
    expect(tasks).toEqual(wanted.tasks ?? []);
    if (config === undefined) return;
    const [source = "", target = ""] = tasks[0] ?? [];
    expect(userFor(config, source)).toBe(wanted.sourceUser);
    expect(userFor(config, target)).toBe(wanted.destinationUser);
    for (const [key, entry] of Object.entries(wanted.auth ?? {})) {
      expect(authEntry(config, key)).toMatchObject(entry);
    }
  });

  it("warns of a key it does not know, and of missing credentials", async () => {
    const unknown = withAuth.find(({ id }) => id === "C19");
    const anonymous = withAuth.find(({ id }) => id === "C18");
    const warned = await runRuleCase(unknown!.input);
    expect(warned.config?.warnings).toEqual([expect.stringContaining('unknown key "pasword"')]);
    expect((await runRuleCase(anonymous!.input)).config?.warnings).toHaveLength(1);
  });
});

describe("image-syncer's auth keys", () => {
  interface KeyInput {
    readonly repository: string;
    readonly key: string;
  }
  it.each(casesOf<KeyInput, { bool: boolean }>("auth-prefix"))("$id $title", (entry) => {
    const { key, repository } = entry.input;
    expect(keyMatches(key, parseReference(repository))).toBe(entry.expect.bool);
  });
});
