import type { Secret } from "../base/secret.ts";
import type { RunDigest } from "./run-digest.ts";

/** What a notice is made with besides the digest. */
export interface NoticeContext {
  readonly url: URL;
  /** What to sign with. */
  readonly secret?: Secret;
  /** Wall clock, milliseconds since the epoch. */
  readonly nowMs: number;
  /** The same for every try to tell one receiver of one end of a run. */
  readonly deliveryId: string;
}

/** A notice as it is sent: by POST, with a body of JSON. */
export interface Notice {
  readonly url: URL;
  /** Besides the body's type; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A refusal in the body of an answer, whatever its status is. */
export interface NoticeRefusal {
  readonly code: number;
  /** As the receiver wrote it. */
  readonly words: string;
  /** It has had too much for now. */
  readonly busy: boolean;
}

/** One kind of receiver. */
export interface NoticeSender {
  write(digest: RunDigest, context: NoticeContext): Notice;
  /** Reads the refusal out of an answer's body; `undefined` when there is none. */
  refusal(answer: string): NoticeRefusal | undefined;
}

/** A document as the bytes of a notice's body. */
export function noticeBody(document: object): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}
