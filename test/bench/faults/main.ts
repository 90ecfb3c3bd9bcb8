import { parseArgs } from "node:util";
import { REPOSITORY, startChaosScene } from "../../support/chaos-proxy/chaos-scene.ts";
import type { FaultScenario } from "../../support/chaos-proxy/scenario.ts";
import { FAULT_SCENARIOS } from "../../support/chaos-proxy/scenarios.ts";
import { findImageTools, type ImageTool } from "./image-tools.ts";
import { runTool } from "./run-tool.ts";

const MIB = 1024 ** 2;

const USAGE = `Usage: npm run bench:faults -- [--only WORDS] [--tools crane,skopeo] [--published]
         [--unit 1048576] [--stall 5] [--cut-off 45]

Has the built command and the peers on PATH copy an image of layers of 32, 8 and 1 units (MiB)
between two registries on 127.0.0.1, through proxies that misbehave, one scenario after the
other, and prints how each ended: ok, FAIL or HANG (still there after the cut-off, seconds), the
seconds it took, and the bytes read (d) and sent (u) as multiples of the image. ok: the image
arrived; where nothing right can arrive: an error, and no tag. Our own limit of silence is set by
--stall, seconds; the other tools have none to set.`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    tools: { type: "string" },
    published: { type: "boolean", default: false },
    unit: { type: "string", default: String(MIB) },
    stall: { type: "string", default: "5" },
    "cut-off": { type: "string", default: "45" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  const tools = (await findImageTools()).filter(({ name }, index) => index === 0 || isWanted(name));
  const scenarios = FAULT_SCENARIOS.filter(
    ({ name, published }) => name.includes(values.only) && (published || !values.published),
  );
  const passed = new Map(tools.map(({ name }) => [name, { all: 0, published: 0 }]));
  console.log(`| row | scenario | ${tools.map(({ name }) => name).join(" | ")} |`);
  console.log(`|---|---|${tools.map(() => "---").join("|")}|`);
  for (const scenario of scenarios) {
    const cells: string[] = [];
    for (const tool of tools) {
      const { cell, isOk } = await play(scenario, tool);
      cells.push(cell);
      const score = passed.get(tool.name);
      if (!isOk || score === undefined) continue;
      score.all++;
      if (scenario.published) score.published++;
    }
    console.log(`| ${scenario.row} | ${scenario.name} | ${cells.join(" | ")} |`);
  }
  const published = scenarios.filter((scenario) => scenario.published).length;
  const scores = [...passed.values()];
  const line = (what: string, numbers: readonly number[]): string =>
    `| | **${what}** | ${numbers.map((number) => `**${number}**`).join(" | ")} |`;
  console.log(
    line(
      `passed of the first ${published}`,
      scores.map((score) => score.published),
    ),
  );
  console.log(
    line(
      `passed of all ${scenarios.length}`,
      scores.map((score) => score.all),
    ),
  );
}

function isWanted(tool: string): boolean {
  const { tools } = values;
  return tools === undefined || tools.split(",").some((name) => tool.startsWith(name));
}

async function play(
  scenario: FaultScenario,
  tool: ImageTool,
): Promise<{ readonly cell: string; readonly isOk: boolean }> {
  const scene = await startChaosScene(scenario, Number(values.unit));
  try {
    const { source, target } = scene;
    const job = {
      ...{ source, target, repository: REPOSITORY, reference: ":v1" },
      stallSeconds: Number(values.stall),
    };
    const run = await runTool(tool, job, Number(values["cut-off"]) * 1000);
    if (run === undefined) return { cell: "–", isOk: false };
    const { down, up } = scene.traffic();
    const tag = scene.tagAtTarget();
    const isRefusal = scenario.right === "refused";
    const isOk = isRefusal
      ? run.ending === "failed" && tag === "none"
      : run.ending === "ok" && tag === "right";
    const ending = run.ending === "hung" ? "HANG" : isOk ? "ok" : "FAIL";
    const stray = !isOk && tag !== "none" ? ", but tag moved" : "";
    const figures = `${run.seconds.toFixed(1)} s d${down.toFixed(2)} u${up.toFixed(2)}`;
    return { cell: `${isOk ? ending : `**${ending}**`}${stray} ${figures}`, isOk };
  } finally {
    await scene.close();
  }
}
