import type { PushEvent } from "./push-event.ts";
import type { RawWebhook } from "./raw-webhook.ts";

/** What a payload says. */
export interface ParsedPayload {
  readonly events: readonly PushEvent[];
  /** Why there are no events, in words. */
  readonly ignored?: string;
  /**
   * Tells this delivery from every other one; a repeated delivery has the same. Left out where
   * nothing does: two pushes of one tag may well have equal payloads.
   */
  readonly deliveryId?: string;
  /** What the sender wants to be answered before it sends anything else. */
  readonly reply?: Readonly<Record<string, string>>;
}

/**
 * Reads one sender's payloads.
 *
 * @throws {z.ZodError} when the payload is not of this sender.
 */
export type ParsePayload = (payload: unknown, raw: RawWebhook) => ParsedPayload;

/** A payload that holds these events, or none for this reason. */
export function parsed(
  events: readonly PushEvent[],
  otherwise: string,
  deliveryId?: string,
): ParsedPayload {
  return {
    events,
    ...(events.length === 0 && { ignored: otherwise }),
    ...(deliveryId !== undefined && { deliveryId }),
  };
}

/** Why a push without a tag is nothing to act on. */
export const UNTAGGED = "no tag: a child of an index, or an attestation";
