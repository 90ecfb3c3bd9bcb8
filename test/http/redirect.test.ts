import { describe, expect, it } from "vitest";
import { headersOf } from "../../lib/http/headers.ts";
import { sendFollowing } from "../../lib/http/redirect.ts";
import type { HttpRequest, Transport } from "../../lib/http/transport.ts";

type Answer = readonly [status: number, location?: string];

/** Answers by URL, notes what was sent; 200 where nothing is said. */
function scripted(answers: Readonly<Record<string, Answer>>) {
  const sent: HttpRequest[] = [];
  let discarded = 0;
  const transport: Transport = {
    async send(request) {
      sent.push(request);
      const [status, location] = answers[request.url.href] ?? [200];
      return {
        status,
        headers: headersOf({ location }),
        body: (async function* () {})(),
        discard: async () => {
          discarded++;
        },
      };
    },
    close: async () => undefined,
  };
  return { transport, sent, discarded: () => discarded };
}

const START = "https://r.example/v2/a/blobs/x";
const HEADERS = { authorization: "Bearer t", cookie: "c=1", range: "bytes=5-9", accept: "*/*" };
const get: HttpRequest = { method: "GET", url: new URL(START), headers: HEADERS };

describe("sendFollowing", () => {
  it.each([301, 302, 303, 307, 308])(
    "follows a GET by %d and says where it ended",
    async (status) => {
      const script = scripted({ [START]: [status, "https://cdn.example/blob?sig=1"] });
      const { response, url } = await sendFollowing(script.transport, get);
      expect([response.status, url.href]).toEqual([200, "https://cdn.example/blob?sig=1"]);
      expect(script.discarded()).toBe(1);
    },
  );

  it("leaves authorization and cookie behind when the origin changes, for good", async () => {
    const script = scripted({
      [START]: [307, "https://r.example:8443/b"],
      "https://r.example:8443/b": [307, "https://r.example/back"],
    });
    await sendFollowing(script.transport, get);
    expect(script.sent.map((request) => request.headers)).toEqual([
      HEADERS,
      { range: "bytes=5-9", accept: "*/*" },
      { range: "bytes=5-9", accept: "*/*" },
    ]);
  });

  it("keeps them on the same origin", async () => {
    const script = scripted({ [START]: [302, "/v2/a/elsewhere"] });
    await sendFollowing(script.transport, { ...get, method: "HEAD" });
    expect(script.sent[1]).toMatchObject({ method: "HEAD", headers: HEADERS });
  });

  it("follows five hops and no more", async () => {
    const hop = (n: number) => `https://r.example/${n}`;
    const answers: Record<string, Answer> = { [START]: [302, hop(1)] };
    for (let n = 1; n < 6; n++) answers[hop(n)] = [302, hop(n + 1)];
    await expect(sendFollowing(scripted(answers).transport, get)).rejects.toMatchObject({
      code: "REDIRECT_REFUSED",
      remedy: "giveUp",
    });
    answers[hop(5)] = [200];
    expect((await sendFollowing(scripted(answers).transport, get)).url.href).toBe(hop(5));
  });

  it.each([
    ["http://r.example/v2/a/blobs/x", /from https to http/],
    [START, /in a circle/],
    ["ftp://r.example/x", /not a web address/],
    ["http://[broken", /not a web address/],
  ])("refuses to be led to %s", async (location, words) => {
    const script = scripted({ [START]: [307, location] });
    await expect(sendFollowing(script.transport, get)).rejects.toThrow(words);
    expect(script.discarded()).toBe(1);
  });

  it("shows no secret of the target it refuses", async () => {
    const script = scripted({ [START]: [307, "http://u:pw@h.example/x?sig=SECRET"] });
    await expect(sendFollowing(script.transport, get)).rejects.toThrow(
      "redirect to http://h.example/x not followed",
    );
  });

  it.each([
    [304, "/x"],
    [300, "/x"],
    [302, undefined],
    [401, "/x"],
  ] as const)("hands back %d with location %s", async (status, location) => {
    const script = scripted({ [START]: [status, location] as Answer });
    expect((await sendFollowing(script.transport, get)).response.status).toBe(status);
    expect([script.sent.length, script.discarded()]).toEqual([1, 0]);
  });

  describe("of a write", () => {
    const put: HttpRequest = { ...get, method: "PUT", body: Buffer.from("bytes") };

    it("re-issues 307 and 308 to the same origin with the same body", async () => {
      const script = scripted({ [START]: [308, "/v2/b"] });
      const { url } = await sendFollowing(script.transport, put);
      expect(url.pathname).toBe("/v2/b");
      expect(script.sent[1]).toMatchObject({ method: "PUT", body: put.body, headers: HEADERS });
    });

    it.each([
      ["to another origin", put, 307, "https://other.example/"],
      ["by 302", put, 302, "/v2/b"],
      ["by 303", put, 303, "/v2/b"],
      [
        "of a stream",
        { ...put, body: { stream: (async function* () {})(), bytes: 0 } },
        307,
        "/v2/b",
      ],
      ["of a DELETE", { ...get, method: "DELETE" }, 307, "/v2/b"],
    ] as const)("hands back a redirect %s", async (_, request, status, location) => {
      const script = scripted({ [START]: [status, location] });
      const { response } = await sendFollowing(script.transport, request);
      expect([response.status, script.sent.length, script.discarded()]).toEqual([status, 1, 0]);
    });
  });
});
