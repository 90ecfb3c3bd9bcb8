/** Tells others that runs have ended. Neither call throws: telling fails no run. */
export interface RunNotices {
  /** Notes that a run is about to end: from now on it is told at least once. */
  note(runId: string): Promise<void>;
  /** Tells of every run that was noted and has ended, within `budgetMs` milliseconds. */
  tell(budgetMs: number): Promise<void>;
}
