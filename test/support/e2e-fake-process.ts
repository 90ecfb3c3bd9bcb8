import { onTestFinished } from "vitest";
import type { FakeProcessOptions } from "./e2e-fake-main.ts";
import { openFakeProcess } from "./fake-process.ts";

/**
 * Starts a fake registry in a process of its own, so that what it takes of memory and of time is
 * not that of the test; it ends with the test.
 *
 * @returns its `127.0.0.1:port`.
 */
export async function startFakeProcess(options: FakeProcessOptions): Promise<string> {
  const registry = await openFakeProcess(options);
  onTestFinished(() => registry.stop());
  return registry.host;
}
