/** What takes long is done as a whole on request, by `npm run test:thorough`, and else in part. */
export const THOROUGH: boolean = process.env["THOROUGH"] === "1";

/** Of the many schedules of a simulation, one in so many is run. */
export const ONE_IN: number = THOROUGH ? 1 : 50;

/** As many schedules as are run now of those that there are. */
export function portionOf(schedules: number): number {
  return schedules / ONE_IN;
}
