import { onTestFinished } from "vitest";
import { type FerryBench, openBench } from "./e2e-bench.ts";
import { openProbe, type RegistryProbe } from "./e2e-client.ts";
import { type Recorder, startRecorder } from "./e2e-recorder.ts";
import { type RealRegistryKind, startRegistry } from "./real-registries.ts";

/** A real registry of one test, with a front that notes what it is asked. */
export interface E2eRegistry {
  /** The front, as it stands in references. */
  readonly host: string;
  /** The registry itself, for a second opinion that shall not be noted. */
  readonly directHost: string;
  readonly front: Recorder;
  readonly probe: RegistryProbe;
  /** Folder of all it keeps. */
  readonly storage: string;
}

/** Two registries and a command line between them, all gone at the end of the test. */
export interface E2ePair {
  readonly source: E2eRegistry;
  readonly target: E2eRegistry;
  readonly bench: FerryBench;
}

const ORIGINS: Readonly<Record<RealRegistryKind, string>> = {
  "docker-registry": "the Debian package docker-registry",
  registry: "go install github.com/distribution/distribution/v3/cmd/registry@latest",
  zot: "a release of github.com/project-zot/zot",
};

/** Starts two registries of a kind; a text says why that is not possible. */
export async function startPair(kind: RealRegistryKind): Promise<E2ePair | string> {
  const source = await startOne(kind);
  const target = await startOne(kind);
  if (!source || !target) return `${kind} is not on PATH; it comes with ${ORIGINS[kind]}`;
  const bench = await openBench([source.host, target.host]);
  onTestFinished(() => bench.close());
  return { source, target, bench };
}

async function startOne(kind: RealRegistryKind): Promise<E2eRegistry | undefined> {
  const registry = await startRegistry(kind);
  if ("missing" in registry) return undefined;
  onTestFinished(() => registry.stop());
  const front = await startRecorder(registry.url);
  onTestFinished(() => front.close());
  const probe = openProbe(registry.host);
  onTestFinished(() => probe.close());
  const { host: directHost, storage } = registry;
  return { host: front.host, directHost, front, probe, storage };
}
