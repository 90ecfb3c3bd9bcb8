import { parseJsonObject } from "../auth/json-object.ts";
import type { NoticeRefusal } from "./notice-sender.ts";

/** Where a receiver puts its own code and words, and which codes mean that it is busy. */
export interface AnswerFields {
  readonly code: string;
  readonly words: string;
  readonly busy: ReadonlySet<number>;
}

/** Reads the refusal of a receiver that answers 200 to everything, with a code of its own: 0 is good. */
export function refusalByCode(answer: string, fields: AnswerFields): NoticeRefusal | undefined {
  const object = parseJsonObject(answer);
  if (object === undefined) return undefined;
  const code = object[fields.code];
  if (typeof code !== "number" || code === 0) return undefined;
  const words = object[fields.words];
  return {
    code,
    words: typeof words === "string" ? words : "",
    busy: fields.busy.has(code),
  };
}
