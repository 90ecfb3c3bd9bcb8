import { feishuSignature } from "../auth/sign-notice.ts";
import { refusalByCode } from "./answer-code.ts";
import { type NoticeSender, noticeBody } from "./notice-sender.ts";
import { noticeWords } from "./notice-words.ts";
import type { RunDigest } from "./run-digest.ts";

/** Well below the 20 KB of a request, however much of it JSON escapes. */
const LIST_BYTES_MAX = 2800;
/** Too many requests, by the gateway and by the message service. */
const BUSY: ReadonlySet<number> = new Set([9499, 11232, 11233, 99991400]);

const COLOURS: Readonly<Record<RunDigest["result"], string>> = {
  done: "green",
  failed: "red",
  cancelled: "grey",
  suspended: "orange",
};

/**
 * Custom bots of Feishu and Lark (Open Platform, *Custom bot usage guide*). The message is a card
 * of `plain_text` elements, in which neither mentions nor links are read.
 */
export const feishuSender: NoticeSender = {
  write(digest, { url, secret, nowMs }) {
    const { title, facts, lists } = noticeWords(digest, {
      escape: (line) => line,
      listBytesMax: LIST_BYTES_MAX,
    });
    const timestampS = Math.floor(nowMs / 1000);
    const signature = secret && {
      timestamp: String(timestampS),
      sign: feishuSignature(secret, timestampS),
    };
    const texts = [facts, ...lists.map(({ heading, lines }) => [`${heading}:`, ...lines])];
    const card = {
      header: { title: plain(title), template: COLOURS[digest.result] },
      elements: texts.map((lines) => ({ tag: "div", text: plain(lines.join("\n")) })),
    };
    const body = noticeBody({ ...signature, msg_type: "interactive", card });
    return { url, headers: {}, body };
  },
  refusal: (answer) => refusalByCode(answer, { code: "code", words: "msg", busy: BUSY }),
};

function plain(content: string): object {
  return { tag: "plain_text", content };
}
