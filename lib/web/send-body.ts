import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ApiResponse } from "./api-request.ts";

/**
 * Sends a body, part by part as it is made; whoever reads slowly is waited for.
 *
 * @throws when the caller is gone, or making the body fails.
 */
export async function sendBody(response: ServerResponse, body: ApiResponse["body"]): Promise<void> {
  if (typeof body === "string" || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  // Whoever waits for events wants to know that there may be some.
  response.flushHeaders();
  for await (const part of body) {
    if (response.destroyed) return;
    if (!response.write(part)) await writable(response);
  }
  response.end();
}

/** Resolves when more may be written, or nobody reads any more. */
async function writable(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  response.once("close", onClose);
  try {
    await once(response, "drain", { signal: gone.signal });
  } finally {
    response.off("close", onClose);
  }
}
