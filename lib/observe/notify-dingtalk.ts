import { dingtalkSignature } from "../auth/sign-notice.ts";
import { refusalByCode } from "./answer-code.ts";
import { type NoticeSender, noticeBody } from "./notice-sender.ts";
import { noticeWords } from "./notice-words.ts";

/** Well below the 20,000 bytes of a message. */
const LIST_BYTES_MAX = 3000;
/** The system is busy; over the limit of messages. */
const BUSY: ReadonlySet<number> = new Set([-1, 130101, 410100, 90018, 90030]);

/**
 * Custom robots of DingTalk (Open Platform, *Custom robot access*). The message is of the type that
 * knows no markup, and mentions nobody: those are listed in `at` there, and nowhere else.
 */
export const dingtalkSender: NoticeSender = {
  write(digest, { url, secret, nowMs }) {
    const { title, facts, lists } = noticeWords(digest, {
      escape: (line) => line,
      listBytesMax: LIST_BYTES_MAX,
    });
    const parts = [
      [title, ...facts],
      ...lists.map(({ heading, lines }) => [`${heading}:`, ...lines]),
    ];
    const content = parts.map((lines) => lines.join("\n")).join("\n\n");
    const at = { atMobiles: [], atUserIds: [], isAtAll: false };
    const signed = new URL(url);
    if (secret !== undefined) {
      signed.searchParams.set("timestamp", String(nowMs));
      signed.searchParams.set("sign", dingtalkSignature(secret, nowMs));
    }
    return {
      url: signed,
      headers: {},
      body: noticeBody({ msgtype: "text", text: { content }, at }),
    };
  },
  refusal: (answer) => refusalByCode(answer, { code: "errcode", words: "errmsg", busy: BUSY }),
};
