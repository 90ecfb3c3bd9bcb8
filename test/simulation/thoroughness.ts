/** One in so many schedules is run with each test run; `npm run test:simulation` runs all. */
export const ONE_IN: number = process.env["SIMULATION"] === "all" ? 1 : 50;

/** As many schedules as are run now of those that there are. */
export function portionOf(schedules: number): number {
  return schedules / ONE_IN;
}
