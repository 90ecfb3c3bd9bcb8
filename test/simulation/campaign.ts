import { type Death, deathsOnly, swarmFaults } from "./faults.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";
import { type SimReport, type SimulateOptions, simulate } from "./simulate.ts";

/** One schedule in words, as the replay takes them: `swarm 17`, `kill 0 12- 40+`. */
export type ScheduleWords = string;

/** What a number of schedules came to. */
export interface Tally {
  readonly schedules: number;
  readonly effects: number;
  readonly checks: number;
  readonly plans: number;
  readonly virtualHours: number;
  /** Of each schedule that broke something: what, and the command that shows it again. */
  readonly broken: readonly string[];
}

const HOUR_MS = 3_600_000;
/** Out of so many seeds, one is of a larger scenario. */
const LARGE_EVERY = 20;
/** Out of so many seeds, one runs on until nothing is left to do. */
const RUNS_ON_EVERY = 19;
/** Out of so many seeds, plans are made in one. */
const PLANS_EVERY = 10;

/** Runs the schedule of a seed: mostly the smallest scenario, where most happens in least time. */
export function simulateSeed(seed: number, options: SimulateOptions = {}): Promise<SimReport> {
  const large = 1 + (Math.floor(seed / LARGE_EVERY) % (SCENARIOS.length - 1));
  const scenario = scenarioAt(seed % LARGE_EVERY === 0 ? large : 0);
  const runsOn = seed % RUNS_ON_EVERY === 1;
  const plans = seed % PLANS_EVERY === 3;
  return simulate(scenario, swarmFaults(seed), { runsOn, plans, ...options });
}

/** Runs a scenario in which processes die at those effects only. */
export function simulateDeaths(
  scenario: Scenario,
  deaths: readonly Death[],
  options: SimulateOptions = {},
): Promise<SimReport> {
  return simulate(scenario, deathsOnly(deaths), options);
}

/** The scenario at that place. */
export function scenarioAt(position: number): Scenario {
  const scenario = SCENARIOS[position];
  if (scenario === undefined) throw new Error(`there is no scenario ${position}`);
  return scenario;
}

/** How deaths are written in {@link ScheduleWords}: `12-` dies before effect 12, `12+` after it. */
export function deathWords(deaths: readonly Death[]): string {
  return deaths.map(({ effect, after }) => `${effect}${after ? "+" : "-"}`).join(" ");
}

/** Adds up schedules as they are run. */
export class Campaign {
  readonly #broken: string[] = [];
  #schedules = 0;
  #effects = 0;
  #checks = 0;
  #plans = 0;
  #elapsedMs = 0;

  add(words: ScheduleWords, report: SimReport): void {
    this.#schedules++;
    this.#effects += report.effects;
    this.#checks += report.checks;
    this.#plans += report.plans;
    this.#elapsedMs += report.elapsedMs;
    const [problem] = report.problems;
    if (problem === undefined) return;
    this.#broken.push(`${problem} — replay: npx tsx test/simulation/replay.ts ${words}`);
  }

  get tally(): Tally {
    return {
      schedules: this.#schedules,
      effects: this.#effects,
      checks: this.#checks,
      plans: this.#plans,
      virtualHours: Math.round(this.#elapsedMs / HOUR_MS),
      broken: this.#broken,
    };
  }
}

/** One line on what was tried. */
export function tallyLine(name: string, { schedules, effects, checks, virtualHours }: Tally) {
  return `${name}: ${schedules} schedules, ${effects} effects, ${checks} checks of all invariants, ${virtualHours} virtual hours`;
}
