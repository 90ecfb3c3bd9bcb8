import type { EventSink, SyncEvent } from "../../lib/sync/events.ts";

/** A sink that keeps what it is told. */
export interface EventCollector {
  readonly sink: EventSink;
  readonly events: readonly SyncEvent[];
  /** The events of one type, in order. */
  ofType<T extends SyncEvent["type"]>(type: T): readonly Extract<SyncEvent, { type: T }>[];
}

/** Records every event. */
export function collectEvents(): EventCollector {
  const events: SyncEvent[] = [];
  return {
    events,
    sink: (event) => {
      events.push(event);
    },
    ofType: <T extends SyncEvent["type"]>(type: T) =>
      events.filter((event): event is Extract<SyncEvent, { type: T }> => event.type === type),
  };
}
