import { setMaxListeners } from "node:events";

/**
 * A signal that aborts when the first of the given ones does, with its reason. Any number of
 * requests may listen to it; Node would take more than ten for a leak.
 */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  const any = AbortSignal.any([...signals]);
  setMaxListeners(0, any);
  return any;
}
