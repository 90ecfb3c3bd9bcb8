import { systemRandom } from "../../base/random.ts";
import { prepareState } from "../../state/prepare-state.ts";
import { defaultStatePath, parseStateLocation } from "../../state/state-location.ts";
import type { PreparationStep } from "../../state/state-preparation.ts";
import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { StateInitFlags } from "../flags/state-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { jsonDocument } from "../output/json.ts";

const WORDS: Readonly<Record<PreparationStep["outcome"], string>> = {
  made: "made",
  kept: "as it should be",
  left: "not to be had",
};

/** Makes the place for the state ready, and tells what was done. @returns the exit code. */
export async function runStateInit(flags: StateInitFlags, context: CliContext): Promise<number> {
  const { env, home, clock, stdout } = context.terminal;
  const state = flags.state ?? defaultStatePath(env, home);
  const data = openDataWriter(flags.output, stdout);
  try {
    const location = parseStateLocation(state);
    const steps = await prepareState(location, { clock, random: systemRandom, env });
    const text = steps.map(stepLine).join("");
    data.write(flags.format === "json" ? jsonDocument({ schemaVersion: 1, state, steps }) : text);
  } finally {
    data.close();
  }
  return EXIT.done;
}

function stepLine({ what, outcome, note }: PreparationStep): string {
  return `${what}: ${WORDS[outcome]}${note === undefined ? "" : ` (${note})`}\n`;
}
