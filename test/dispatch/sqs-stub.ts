import { createHash } from "node:crypto";
import { type LocalServer, startServer } from "../auth/local-server.ts";

/** A batch as the stub was sent it. */
export interface SentEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
}

/** How one request is answered: which entries fail how, or an error for all. */
export type SqsScript = (
  entries: readonly SentEntry[],
  request: number,
) => { readonly failed: ReadonlyMap<string, FailedEntry> } | { readonly error: string };

/** Why an entry is left. */
export interface FailedEntry {
  readonly Code: string;
  readonly SenderFault: boolean;
}

/** Speaks as much of SQS's JSON protocol as faults of `SendMessageBatch` need. */
export async function startSqsStub(
  script: SqsScript,
): Promise<LocalServer & { readonly batches: readonly (readonly SentEntry[])[] }> {
  const batches: (readonly SentEntry[])[] = [];
  const server = await startServer(({ body }) => {
    const { Entries } = JSON.parse(body) as { readonly Entries: readonly SentEntry[] };
    batches.push(Entries);
    const answer = script(Entries, batches.length);
    const headers = { "content-type": "application/x-amz-json-1.0" };
    if ("error" in answer) {
      const type = `com.amazonaws.sqs#${answer.error}`;
      return { status: 400, headers, body: JSON.stringify({ __type: type, message: "no" }) };
    }
    const { failed } = answer;
    const taken = Entries.filter(({ Id }) => !failed.has(Id));
    const Successful = taken.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: `message-${Id}`,
      MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
    }));
    const Failed = [...failed].map(([Id, why]) => ({ Id, ...why, Message: "left" }));
    return { headers, body: JSON.stringify({ Successful, Failed }) };
  });
  return { ...server, batches };
}
