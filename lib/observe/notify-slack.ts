import { type NoticeSender, noticeBody } from "./notice-sender.ts";
import { type NoticeList, noticeWords } from "./notice-words.ts";

/** A section takes 3,000 characters (Slack, *Text object*); some go to what stands around a list. */
const LIST_BYTES_MAX = 2600;

/**
 * Incoming webhooks of Slack. Names and foreign words stand in code blocks and are escaped as
 * Slack asks (*Formatting message text*): no mention, link or format comes to life in them.
 */
export const slackSender: NoticeSender = {
  write(digest, { url }) {
    const words = noticeWords(digest, { escape: escapeText, listBytesMax: LIST_BYTES_MAX });
    const blocks = [
      section([`*${words.title}*`, ...words.facts].join("\n")),
      ...words.lists.map((list) => section(listText(list))),
    ];
    return { url, headers: {}, body: noticeBody({ text: words.title, blocks }) };
  },
  // Slack refuses with the status.
  refusal: () => undefined,
};

function section(text: string): object {
  return { type: "section", text: { type: "mrkdwn", text, verbatim: true } };
}

function listText({ heading, lines }: NoticeList): string {
  return lines.length === 0 ? heading : `${heading}\n\`\`\`\n${lines.join("\n")}\n\`\`\``;
}

/** A backtick could end the code block, and cannot be escaped. */
function escapeText(line: string): string {
  return line
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("`", "'");
}
