import type { FakeRegistryOptions } from "./fake-registry/options.ts";
import { createFakeRegistry, type FakeRegistry } from "./fake-registry.ts";

/** A registry behind bearer auth and a socket that counts what a copy costs. */
export interface CountingRegistry {
  readonly registry: FakeRegistry;
  readonly url: URL;
  /** `127.0.0.1:port`, as it stands in references. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** Every request since the last `reset`, 401 and token calls included. */
  requests(): number;
  /** The same by what it was for: `GET manifest 200` → how often. */
  tally(): ReadonlyMap<string, number>;
  reset(): void;
  close(): Promise<void>;
}

const USERNAME = "counted";
const PASSWORD = "only-for-tests";

/** Starts a counting registry; the budgets of the design are checked on two of them. */
export async function startCountingRegistry(
  options: Omit<FakeRegistryOptions, "auth"> = {},
): Promise<CountingRegistry> {
  const auth = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
  const registry = createFakeRegistry({ ...options, auth });
  const { url, close } = await registry.listen();
  return {
    registry,
    url,
    host: url.host,
    username: USERNAME,
    password: PASSWORD,
    requests: () => registry.count(),
    tally: () => tallyOf(registry),
    reset: () => registry.forgetRequests(),
    close,
  };
}

function tallyOf(registry: FakeRegistry): ReadonlyMap<string, number> {
  const tally = new Map<string, number>();
  for (const { method, route, status } of registry.log) {
    const name = `${method} ${route.kind} ${status}`;
    tally.set(name, (tally.get(name) ?? 0) + 1);
  }
  return tally;
}
