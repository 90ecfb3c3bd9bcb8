import type { PolicyDocument } from "../../config/document/policy-document.ts";
import type { PushEvent } from "../../webhook/push-event.ts";
import { cleanText } from "./clean-text.ts";

/** What a webhook says and would do. */
export interface WebhookInspection {
  readonly authenticated: boolean;
  readonly events: readonly PushEvent[];
  /** Why there are no events. */
  readonly ignored: string | null;
  /** What the sender waits to be answered. */
  readonly response?: { readonly status: number; readonly body: object };
  /** The runs that it would start; left out without a configuration. */
  readonly runs?: readonly { readonly policies: readonly PolicyDocument[] }[];
}

/** Shows an inspection, a line for each fact. */
export function webhookText(inspection: WebhookInspection): readonly string[] {
  const { authenticated, events, ignored, response, runs = [] } = inspection;
  const lines = [
    `authenticated: ${authenticated ? "yes" : "no"}`,
    ...events.map(eventLine),
    ...(ignored === null ? [] : [`ignored: ${ignored}`]),
    ...(response === undefined ? [] : [`answer: ${JSON.stringify(response.body)}`]),
    ...runs.flatMap(({ policies }) => policies.map(policyLine)),
    ...(inspection.runs?.length === 0 ? ["no policy wants it"] : []),
  ];
  return lines.map((line) => cleanText(line));
}

function eventLine({ action, host, repo, tag, digest }: PushEvent): string {
  const name = `${host}/${repo}${tag === null ? "" : `:${tag}`}`;
  return `${action}: ${name}${digest === null ? "" : `@${digest}`}`;
}

function policyLine({ name, source, target }: PolicyDocument): string {
  return `run of "${name}": ${source} → ${[target].flat().join(", ")}`;
}
