import type { Random } from "../base/random.ts";
import type { Secret } from "../base/secret.ts";
import type { HttpHeaders, HttpRequest } from "../http/transport.ts";
import { cloudRefusal } from "./cloud-refusal.ts";
import { type JsonObject, parseJsonObject } from "./json-object.ts";
import { askTokenServer, type TokenWire } from "./token-answer.ts";

/** What signed requests are made and sent with. */
export interface CloudWire extends TokenWire {
  readonly random: Random;
}

/** What is asked of a cloud, for messages. */
export interface CloudQuestion {
  /** As it stands in a policy: `cr:CreateNamespace`. */
  readonly action: string;
  readonly resource: string;
  /** What went out with the request and must not come back in a message. */
  readonly secrets: readonly Secret[];
}

/** A cloud's answer: a JSON object, whatever its status. */
export interface CloudAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly json: JsonObject;
  readonly receivedAtMs: number;
}

/**
 * Sends one signed request and reads its answer.
 *
 * @throws {FerryError} as `cloudRefusal` when the answer is no JSON object; what the transport
 * throws.
 */
export async function callCloud(
  request: HttpRequest,
  question: CloudQuestion,
  wire: CloudWire,
): Promise<CloudAnswer> {
  const { status, headers, text = "", receivedAtMs } = await askTokenServer(request, wire);
  const json = text.trim() === "" ? {} : parseJsonObject(text);
  if (json !== undefined) return { status, headers, json, receivedAtMs };
  const { action, resource, secrets } = question;
  const facts = { action, resource, status, code: "", words: text };
  throw cloudRefusal(facts, secrets);
}
