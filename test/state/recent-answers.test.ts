import { describe, expect, it } from "vitest";
import { RecentAnswers } from "../../lib/state/recent-answers.ts";
import { ManualClock } from "./manual-clock.ts";

function setUp() {
  const clock = new ManualClock();
  return { clock, answers: new RecentAnswers<number>({ clock, entriesMax: 2, keepMs: 100 }) };
}

describe("RecentAnswers", () => {
  it("drops the answer used longest ago when there are too many", () => {
    const { answers } = setUp();
    answers.set("a", 1);
    answers.set("b", 2);
    answers.get("a");
    answers.set("c", 3);
    expect(["a", "b", "c"].map((key) => answers.get(key))).toEqual([1, undefined, 3]);
  });

  it("drops an answer when its time is over, however often it is used", () => {
    const { clock, answers } = setUp();
    answers.set("a", 1);
    clock.advance(99);
    expect(answers.get("a")).toBe(1);
    clock.advance(1);
    expect(answers.get("a")).toBeUndefined();
  });

  it("counts the time from the newest answer", () => {
    const { clock, answers } = setUp();
    answers.set("a", 1);
    clock.advance(60);
    answers.set("a", 2);
    clock.advance(60);
    expect(answers.get("a")).toBe(2);
  });
});
