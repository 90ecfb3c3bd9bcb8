import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Secret } from "../../lib/base/secret.ts";
import type { NoticeSender } from "../../lib/observe/notice-sender.ts";
import { dingtalkSender } from "../../lib/observe/notify-dingtalk.ts";
import { feishuSender } from "../../lib/observe/notify-feishu.ts";
import { jsonSender } from "../../lib/observe/notify-json.ts";
import { slackSender } from "../../lib/observe/notify-slack.ts";
import type { RunDigest } from "../../lib/observe/run-digest.ts";
import { digestFullOf, runDigest } from "./digests.ts";

const NOW_MS = Date.UTC(2026, 10, 1, 0, 1, 6);
const URL_GIVEN = new URL("https://chat.example/hook?access_token=t0ken");

function write(sender: NoticeSender, digest: RunDigest, secret?: string) {
  const notice = sender.write(digest, {
    url: URL_GIVEN,
    nowMs: NOW_MS,
    deliveryId: "d1",
    ...(secret !== undefined && { secret: new Secret(secret) }),
  });
  return { ...notice, text: Buffer.from(notice.body).toString() };
}

const FAILED = runDigest({
  result: "failed",
  totals: {
    ...{ planned: 4, copied: 1, unchanged: 1, failed: 1, suspended: 1, skipped: 2 },
    rules: { total: 2, failed: 1 },
  },
  failed: [
    { source: "a.example/app:2", target: "b.example/app:2", code: "DENIED", message: "not you" },
  ],
  rules: [{ rule: "nginx", code: "SOURCE_LIST_FAILED", message: "gone" }],
});

describe("notices to Slack", () => {
  it("tell totals and lists", () => {
    const { url, text } = write(slackSender, FAILED);
    expect(url.href).toBe(URL_GIVEN.href);
    const { blocks, ...rest } = JSON.parse(text);
    expect(rest).toEqual({ text: "imageferry: run timer-1 failed in part" });
    expect(blocks.map((block: { text: { text: string } }) => block.text.text)).toEqual([
      "*imageferry: run timer-1 failed in part*\n" +
        "1 copied, 1 unchanged, 1 failed, 1 left, 2 skipped\n" +
        "3.0 MiB copied, 2.0 KiB saved\n" +
        "1m 05s, started by timer",
      "Rules not followed: 1\n```\nnginx: SOURCE_LIST_FAILED: gone\n```",
      "Failed: 1\n```\nb.example/app:2: DENIED: not you\n```",
      "Copied: 1\n```\na.example/app:1 → b.example/app:1\n```",
    ]);
  });

  it.each([
    ["<!channel> <@U024BE7LH> <https://evil.example|here>", /<[!@h]/],
    ["a ``` b *bold* c", /b```|``` b/],
    ["line\n```\n<!here>", /<!here>/],
    ["https://evil.example/x", /https:\/\/evil/],
    ["\u202Egnp.exe\u0007", /\p{Cf}|[^\P{Cc}\n]/u],
  ])("show foreign text as text: %j", (hostile, alive) => {
    const { blocks } = JSON.parse(write(slackSender, digestFullOf(hostile, 1)).text);
    for (const { text } of blocks) {
      expect(text).toMatchObject({ type: "mrkdwn", verbatim: true });
      expect(text.text).not.toMatch(alive);
      const fences = text.text.match(/```/g)?.length ?? 0;
      expect([0, 2]).toContain(fences);
    }
  });

  it("keep to the length of a section, whatever is escaped", () => {
    const { blocks } = JSON.parse(write(slackSender, digestFullOf("<&>".repeat(200))).text);
    const lengths = blocks.map((block: { text: { text: string } }) => block.text.text.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(3000);
    expect(blocks[3].text.text).toMatch(/^Copied: 2000, of which\n```\n&lt;/);
  });
});

describe("notices to DingTalk", () => {
  it("are signed as the robot's page says", () => {
    const { url } = write(dingtalkSender, FAILED, "SECabc");
    const { searchParams } = url;
    expect(searchParams.get("access_token")).toBe("t0ken");
    expect(searchParams.get("timestamp")).toBe(String(NOW_MS));
    const mac = createHmac("sha256", "SECabc").update(`${NOW_MS}\nSECabc`).digest("base64");
    expect(searchParams.get("sign")).toBe(mac);
    expect(url.search).toContain(`sign=${encodeURIComponent(mac)}`);
  });

  it("go unsigned to robots that go by keywords", () => {
    expect(write(dingtalkSender, FAILED).url.href).toBe(URL_GIVEN.href);
  });

  it("know no markup and mention nobody", () => {
    const hostile = "[x](https://evil.example) @all **b**";
    const { text } = write(dingtalkSender, digestFullOf(hostile, 1));
    const message = JSON.parse(text);
    expect(message).toMatchObject({
      msgtype: "text",
      at: { atMobiles: [], atUserIds: [], isAtAll: false },
    });
    expect(message.text.content).toMatch(/^imageferry: run timer-1 failed in part\n2000 copied/);
    expect(message.text.content).not.toContain("https://");
  });

  it("keep to the size of a message", () => {
    const { body } = write(dingtalkSender, digestFullOf('"镜像"'.repeat(100)));
    expect(body.byteLength).toBeLessThan(20_000);
  });

  it.each([
    ['{"errcode":0,"errmsg":"ok"}', undefined],
    ["ok", undefined],
    [
      '{"errcode":310000,"errmsg":"sign not match"}',
      { code: 310000, words: "sign not match", busy: false },
    ],
    ['{"errcode":130101,"errmsg":"too fast"}', { code: 130101, words: "too fast", busy: true }],
  ])("understand the answer %s", (answer, refusal) => {
    expect(dingtalkSender.refusal(answer)).toEqual(refusal);
  });
});

describe("notices to Feishu", () => {
  it("are signed as the bot's page says", () => {
    const message = JSON.parse(write(feishuSender, FAILED, "s3").text);
    const timestamp = String(NOW_MS / 1000);
    expect(message).toMatchObject({
      timestamp,
      sign: createHmac("sha256", `${timestamp}\ns3`).digest("base64"),
      msg_type: "interactive",
      card: { header: { template: "red" } },
    });
    expect(JSON.parse(write(feishuSender, FAILED).text)).not.toHaveProperty("sign");
  });

  it("are cards in which no mention is read", () => {
    const hostile = '<at user_id="all">all</at>';
    const { card } = JSON.parse(write(feishuSender, digestFullOf(hostile, 1)).text);
    const tags = [card.header.title, ...card.elements.map(({ text }: { text: object }) => text)];
    expect(tags.map(({ tag }) => tag)).toEqual(tags.map(() => "plain_text"));
    expect(tags).toHaveLength(5);
  });

  it("keep to the size of a request", () => {
    const { body } = write(feishuSender, digestFullOf('"\\镜'.repeat(100)), "s");
    expect(body.byteLength).toBeLessThan(20_000);
  });

  it("understand the answer", () => {
    expect(feishuSender.refusal('{"code":0,"msg":"success","data":{}}')).toBeUndefined();
    expect(feishuSender.refusal('{"code":19021,"msg":"sign match fail"}')).toMatchObject({
      code: 19021,
      busy: false,
    });
    expect(feishuSender.refusal('{"code":9499,"msg":"too many"}')).toMatchObject({ busy: true });
  });
});

describe("notices to any server", () => {
  it("hold the digest, and are signed over their very bytes", () => {
    const { headers, body, text } = write(jsonSender, FAILED, "0123456789abcdef");
    const mac = createHmac("sha256", "0123456789abcdef").update(body).digest("hex");
    const sentAt = new Date(NOW_MS).toISOString();
    expect(headers).toEqual({
      "x-imageferry-event": "run.ended",
      "x-imageferry-delivery": "d1",
      "x-imageferry-timestamp": sentAt,
      "x-imageferry-signature-256": `sha256=${mac}`,
    });
    const envelope = { schemaVersion: 1, event: "run.ended", deliveryId: "d1", sentAt };
    expect(JSON.parse(text)).toEqual({ ...envelope, ...FAILED });
  });
});
