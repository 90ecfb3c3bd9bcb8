import { describe, expect, it } from "vitest";
import { casesOf, type RuleExpect, type RuleInput, runRuleCase } from "./image-syncer-cases.ts";

const cases = casesOf<RuleInput, RuleExpect>("rules");

describe("image-syncer's rules", () => {
  it.each(cases)("$id $title", async ({ input, expect: wanted }) => {
    const outcome = await runRuleCase(input);
    const refused = wanted.errorCode === undefined ? [] : [wanted.errorCode];
    expect(outcome.codes).toEqual(wanted.ruleErrors ?? refused);
    expect([...outcome.tasks].sort()).toEqual([...(wanted.tasks ?? [])].sort());
    if (wanted.listsTagsOf) expect(outcome.listsTagsOf).toEqual(wanted.listsTagsOf);
  });
});
