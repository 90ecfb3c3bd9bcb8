import { describe, expect, it } from "vitest";
import { pageMain } from "../../../lib/web/dashboard/page-shell.ts";
import { type RunView, runPage } from "../../../lib/web/dashboard/run-page.ts";
import { taskFilter } from "../../../lib/web/dashboard/task-filter.ts";
import { ago, NOW_MS, runOf, taskOf } from "../../support/dashboard-world.ts";

function viewOf(change: Partial<RunView> = {}): RunView {
  return {
    run: runOf("run-1", { totals: { copied: 2 } }),
    page: { tasks: [taskOf("1.0", "copied")] },
    filter: taskFilter(null),
    from: 1,
    problems: [],
    nowMs: NOW_MS,
    ...change,
  };
}

/** What a reader sees, without the markup. */
function words(view: RunView): string {
  const text = pageMain(runPage(view))
    .toString()
    .replace(/<[^>]+>/g, " ");
  return text.replace(/\s+/g, " ");
}

const running = { state: "running", startedAt: ago(10) } as const;

describe("the page of a run", () => {
  it.each([
    [
      "its progress while it runs",
      { ...running, totals: { copied: 2, suspended: 2 } },
      "50 % of 4 tags",
    ],
    ["the time left", { ...running, totals: { copied: 2, suspended: 2 } }, "about 10 min left"],
    [
      "what is known so far",
      { ...running, enumerated: false, totals: { copied: 1, suspended: 4 } },
      "1 of 5 tags found so far",
    ],
    [
      "that nothing is known yet",
      { ...running, enumerated: false },
      "Progress 0 tags found so far",
    ],
    [
      "what came of it",
      { totals: { copied: 4000, failed: 1000 } },
      "4,000 of 5,000 tags are at the target",
    ],
    ["that one tag is there", { totals: { copied: 1 } }, "1 of 1 tag is at the target"],
    ["that nothing was moved", {}, "Nothing has been moved or saved."],
    ["what was saved", { bytes: { copied: 1024, mounted: 3072 } }, "75 % did not have to be moved"],
    [
      "who began it",
      { trigger: "webhook" },
      "Started by a push 1 h ago , took 5 min, 1 policy Outcome 0 tags",
    ],
  ] as const)("tells %s", (_, change, text) => {
    expect(words(viewOf({ run: runOf("run-1", change) }))).toContain(text);
  });

  it.each([
    ["run-1", "imageferry retry run-1 "],
    ["it's; rm -rf", "imageferry retry &#39;it&#39;\\&#39;&#39;s; rm -rf&#39; "],
  ])("gives the command that goes on with %s", (runId, command) => {
    const run = runOf(runId, { totals: { failed: 3, suspended: 2 } });
    expect(words(viewOf({ run }))).toContain("5 copies left to do");
    expect(words(viewOf({ run }))).toContain(command);
  });

  it("gives no command while the run goes on by itself, or has left nothing", () => {
    const under = runOf("run-1", { ...running, totals: { failed: 3 } });
    expect(words(viewOf({ run: under }))).not.toContain("imageferry retry");
    expect(words(viewOf())).not.toContain("imageferry retry");
  });

  it("listens while the run goes on, and looks rarely afterwards", () => {
    const under = runPage(viewOf({ run: runOf("a/b", { ...running, totals: { suspended: 1 } }) }));
    expect(under).toMatchObject({
      refreshMs: 4000,
      events: `/runs/a%2Fb/events?since=${NOW_MS}`,
      announcement: "Copying: 0 %, 0 failed.",
    });
    const ended = runPage(viewOf());
    expect(ended).toMatchObject({ refreshMs: 60_000, announcement: "Done: 100 %, 0 failed." });
    expect(ended.events).toBeUndefined();
  });

  it("shows each target of a tag, and why it failed", () => {
    const source = "a/b:1";
    const tasks = [
      {
        ...taskOf("1", "failed"),
        pairs: [
          { source, target: "c/d:1", state: "copied" },
          {
            source,
            target: "e/f:1",
            state: "failed",
            code: "X_DENIED",
            message: "<denied>",
            hint: "Ask.",
          },
        ],
      },
    ] as const;
    const text = words(viewOf({ page: { tasks } }));
    expect(text).toMatch(/c\/ d :1 Copied e\/ f :1 Failed &lt;denied&gt; Ask\. X_DENIED/);
  });

  it("shows policies that were not listed to the end, the first of them", () => {
    const problems = Array.from({ length: 25 }, (_, index) => ({
      rule: `policy-${index}`,
      code: "SOURCE_DENIED",
      message: "no access",
    }));
    const text = words(viewOf({ problems }));
    expect(text).toContain("25 policies not listed to the end");
    expect(text).toContain("policy-19 no access SOURCE_DENIED");
    expect(text).not.toContain("policy-20");
    expect(text).toContain("And 5 more");
  });

  it.each([
    ["there are none", {}, {}, "This run has no tags."],
    ["it is being listed", { ...running, enumerated: false }, {}, "The source is being listed."],
    [
      "all are unchanged",
      { totals: { unchanged: 1204 } },
      {},
      "1,204 tags found equal while listing",
    ],
    [
      "none is so",
      { totals: { copied: 1 } },
      { filter: taskFilter("failed") },
      "No tag of this run is in this state.",
    ],
    ["they moved on", { totals: { copied: 1 } }, {}, "they have just changed"],
    ["it was the end", { totals: { copied: 1 } }, { from: 101 }, "There are no more."],
    ["others follow", {}, { page: { tasks: [], cursor: "c" } }, "there are more pages"],
  ] as const)("says why no tag is shown: %s", (_, change, view, text) => {
    const run = runOf("run-1", change);
    expect(words(viewOf({ run, page: { tasks: [] }, ...view }))).toContain(text);
  });

  it("leads on, and back to the first page", () => {
    const page = { tasks: [taskOf("1.0", "failed")], cursor: "a&b" };
    const filter = taskFilter("failed");
    const text = pageMain(runPage(viewOf({ page, filter, from: 101 }))).toString();
    expect(text).toContain('href="/runs/run-1?state=failed&amp;cursor=a%26b&amp;from=102"');
    expect(text).toContain('href="/runs/run-1?state=failed">First page');
    expect(text).toContain('href="/runs/run-1?state=failed" aria-current="true"');
    expect(text).toContain("<caption>Failed tags 101 to 101</caption>");
  });
});
