import fc from "fast-check";
import type { TaskMeta } from "vitest";

/** Counts runs of properties, so that a suite can tell how much it tried. */
export class PropertyRuns {
  #runs = 0;

  /** @throws {Error} with a counterexample, made small, and the seed that shows it again. */
  holds<T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>, runs: number): void {
    fc.assert(property, { numRuns: runs });
    this.#runs += runs;
  }

  /** As `holds`, for a property that takes its time. */
  async holdsInTime<T extends [unknown, ...unknown[]]>(
    property: fc.IAsyncProperty<T>,
    runs: number,
  ): Promise<void> {
    await fc.assert(property, { numRuns: runs });
    this.#runs += runs;
  }

  /** Tells how often the properties of a suite were tried; for its last test. */
  tell(name: string, { meta }: { readonly meta: TaskMeta }): number {
    console.info(`properties of ${name}: ${this.#runs} runs`);
    meta.tried = { "property runs": this.#runs };
    return this.#runs;
  }
}
