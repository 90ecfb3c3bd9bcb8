import { parseArgs } from "node:util";
import { holdsSecret } from "../../support/hostile-registry/canary.ts";
import type { HostileCase } from "../../support/hostile-registry/hostile-case.ts";
import { HOSTILE_CASES } from "../../support/hostile-registry/hostile-cases.ts";
import {
  type HostileScene,
  isRight,
  REPOSITORY,
  startHostileScene,
} from "../../support/hostile-registry/hostile-scene.ts";
import { findImageTools, type ImageJob, type ImageTool } from "../faults/image-tools.ts";
import { runTool, type ToolRun } from "../faults/run-tool.ts";

const CUT_OFF_MS = 45_000;

const USAGE = `Usage: npm run bench:hostile -- [--only WORDS] [--tools crane,skopeo]

Has the built command and the peers on PATH copy from and to registries on 127.0.0.1 that mean
harm, with a foreign host on 127.0.0.2, and prints who did right: refused what was to be refused,
and gave no password away. --only takes the cases whose name holds these words.`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    tools: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  const tools = (await findImageTools()).filter(({ name }, index) => index === 0 || isWanted(name));
  const cases = HOSTILE_CASES.filter(({ name }) => name.includes(values.only));
  const scores = new Map(tools.map(({ name }) => [name, { right: 0, published: 0 }]));
  console.log(`| case | ${tools.map(({ name }) => name).join(" | ")} |`);
  console.log(`|---|${tools.map(() => "---").join("|")}|`);
  for (const hostile of cases) {
    const cells: string[] = [];
    for (const tool of tools) {
      const { cell, right } = await play(hostile, tool);
      cells.push(cell);
      const score = scores.get(tool.name);
      if (!right || score === undefined) continue;
      score.right++;
      if (hostile.published) score.published++;
    }
    console.log(`| ${hostile.name} | ${cells.join(" | ")} |`);
  }
  const published = cases.filter((hostile) => hostile.published).length;
  const totals = [...scores.values()];
  console.log(
    `| **right, of the first ${published}** | ${totals.map((score) => score.published).join(" | ")} |`,
  );
  console.log(
    `| **right, of all ${cases.length}** | ${totals.map((score) => score.right).join(" | ")} |`,
  );
}

function isWanted(tool: string): boolean {
  const { tools } = values;
  return tools === undefined || tools.split(",").some((name) => tool.startsWith(name));
}

async function play(
  hostile: HostileCase,
  tool: ImageTool,
): Promise<{ readonly cell: string; readonly right: boolean }> {
  const scene = await startHostileScene(hostile);
  try {
    const run = await runTool(tool, jobOf(scene), CUT_OFF_MS);
    if (run === undefined) return { cell: "–", right: false };
    const outcome = {
      succeeded: run.ending === "ok",
      tag: scene.tagAtTarget(),
      strayed: scene.strayed(),
    };
    const toldSecret = holdsSecret(run.output, scene.secrets);
    const right = run.ending !== "hung" && !toldSecret && isRight(hostile, outcome);
    const words = [...wordsFor(run, scene), ...(toldSecret ? ["password printed"] : [])];
    return { cell: right ? words.join(", ") : `**${words.join(", ")}**`, right };
  } finally {
    await scene.close();
  }
}

function jobOf({ source, target, setup, digest }: HostileScene): Omit<ImageJob, "folder"> {
  const ends = { source, target, repository: REPOSITORY };
  if (setup.wanted === "all-tags") return ends;
  if (setup.wanted === "versions") return { ...ends, versionsOnly: true };
  return { ...ends, reference: setup.wanted === "digest" ? `@${digest}` : ":v1" };
}

function wordsFor({ ending, seconds }: ToolRun, scene: HostileScene): string[] {
  const strayed = scene.strayed();
  const words: string[] = [];
  if (ending === "hung") words.push("HANG");
  else words.push(ending === "ok" ? "copied" : "refused");
  if (strayed.some(({ hasCredentials }) => hasCredentials)) words.push("password sent");
  if (strayed.some(({ bytes }) => bytes > 0)) words.push("data sent");
  else if (strayed.length > 0) words.push("followed");
  if (ending !== "ok" && scene.tagAtTarget() !== "none") words.push("tag written");
  if (seconds > 3) words.push(`${seconds.toFixed(0)} s`);
  return words;
}
