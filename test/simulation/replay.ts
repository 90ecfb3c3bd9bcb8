import { scenarioAt, simulateDeaths, simulateSeed } from "./campaign.ts";
import type { Death } from "./faults.ts";
import type { SimReport } from "./simulate.ts";

const LINES = 400;

/** Shows one schedule again, effect by effect: `swarm SEED`, or `kill SCENARIO DEATH…`. */
async function replay([kind, number = "", ...deaths]: readonly string[]): Promise<SimReport> {
  const lines: string[] = [];
  const trace = (line: string) => void lines.push(line);
  try {
    if (kind === "swarm") return await simulateSeed(Number(number), { trace });
    if (kind === "kill") {
      return await simulateDeaths(scenarioAt(Number(number)), deaths.map(deathOf), { trace });
    }
    throw new Error("usage: replay.ts swarm SEED | replay.ts kill SCENARIO EFFECT- EFFECT+ …");
  } finally {
    console.log(lines.slice(-LINES).join("\n"));
  }
}

function deathOf(word: string): Death {
  return { effect: Number.parseInt(word, 10), after: word.endsWith("+") };
}

const report = await replay(process.argv.slice(2));
console.log(report);
process.exitCode = report.problems.length > 0 ? 1 : 0;
