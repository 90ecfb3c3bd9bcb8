import "vitest";

/** How much of what a test has tried, by the name of what it was. */
export type Tried = Readonly<Record<string, number>>;

declare module "vitest" {
  interface TaskMeta {
    /** Added up over all suites when `npm test` ends. */
    tried?: Tried;
  }
}
