import type { Reporter, TestCase } from "vitest/node";

/**
 * Names the tests of a run that failed first and passed when they were run again.
 *
 * A busy machine makes a test of timing fail once, a fault makes it fail twice; what is named here
 * run after run is neither and wants mending.
 */
export default class SecondTryReporter implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) {
      this.#names.push(`${test.module.relativeModuleId}: ${test.fullName}`);
    }
  }

  onTestRunEnd(): void {
    for (const name of this.#names) console.log(`Passed only when run again: ${name}`);
  }
}
