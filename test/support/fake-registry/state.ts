import type { Clock } from "../../../lib/base/clock.ts";
import type { FakeRegistryOptions } from "./options.ts";
import type { Quirks } from "./quirks.ts";
import type { Store } from "./store.ts";
import type { UploadSession } from "./upload-session.ts";

/** What a token opens. */
interface IssuedToken {
  /** Actions by `type:name`. */
  readonly access: ReadonlyMap<string, ReadonlySet<string>>;
  readonly expiresAtMs: number;
  /** Requests it was shown with. */
  uses: number;
}

/** Everything one fake registry remembers. */
export interface RegistryState {
  readonly options: FakeRegistryOptions;
  readonly clock: Clock;
  readonly store: Store;
  readonly uploads: Map<string, UploadSession>;
  readonly tokens: Map<string, IssuedToken>;
  /** Repositories and projects that were made by hand. */
  readonly made: Set<string>;
  /** How often something happened since the quirks were set, by a name of its own. */
  readonly counts: Map<string, number>;
  quirks: Quirks;
  uploadsOpened: number;
  /** Port of the second origin: CDN and foreign upload locations. */
  sidePort: number;
}

/** Counts one more of `name`. */
export function countOf(state: RegistryState, name: string): number {
  const count = (state.counts.get(name) ?? 0) + 1;
  state.counts.set(name, count);
  return count;
}

/** The registry's second origin, as seen by the client of this request. */
export function sideOrigin(state: RegistryState, url: URL): string {
  return `${url.protocol}//${url.hostname}:${state.sidePort}`;
}

/** Tells whether a request went to the second origin. */
export function isAtSide(state: RegistryState, url: URL): boolean {
  return url.port === String(state.sidePort);
}
