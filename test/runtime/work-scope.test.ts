import { describe, expect, it } from "vitest";
import type { HttpRequest, Transport } from "../../lib/http/transport.ts";
import { createWorkScopes } from "../../lib/runtime/work-scope.ts";

/** Scopes, and what sends a request after others had their turn. */
function bed() {
  const scopes = createWorkScopes();
  let closed = 0;
  const inner: Transport = {
    send: async () => {
      throw new Error("nobody answers here");
    },
    close: async () => {
      closed++;
    },
  };
  const transport = scopes.count(inner);
  const ask = async (host: string) => {
    await new Promise((resolve) => setImmediate(resolve));
    const request: HttpRequest = {
      method: "GET",
      url: new URL(`https://${host}/v2/`),
      headers: {},
    };
    await transport.send(request).catch(() => undefined);
  };
  return { scopes, transport, ask, closed: () => closed };
}

describe("work scopes", () => {
  it("count requests for whom they are sent, also while others send theirs", async () => {
    const { scopes, ask } = bed();
    const work = (runId: string, hosts: readonly string[]) =>
      scopes.run({ runId, taskId: "t" }, async () => {
        await Promise.all(hosts.map(ask));
        const { requests } = scopes;
        const each: [string, number][] = [];
        requests.forEach((count, host) => {
          each.push([host, count]);
        });
        expect(each).toEqual([...requests]);
        expect([...requests.keys()].map((host) => [host, requests.get(host)])).toEqual(each);
        expect([...requests.values()]).toHaveLength(requests.size);
        return { names: scopes.names(), counts: new Map(requests) };
      });
    const [one, other] = await Promise.all([
      work("1", ["a.test", "b.test", "a.test"]),
      work("2", ["a.test"]),
    ]);
    await ask("c.test");
    expect(one).toEqual({
      names: { runId: "1", taskId: "t" },
      counts: new Map([
        ["a.test", 2],
        ["b.test", 1],
      ]),
    });
    expect(other.counts).toEqual(new Map([["a.test", 1]]));
    expect(Object.fromEntries(scopes.allRequests)).toEqual({
      "a.test": 3,
      "b.test": 1,
      "c.test": 1,
    });
  });

  it("have no name and no counts outside of all", async () => {
    const { scopes, ask } = bed();
    await ask("a.test");
    expect(scopes.names()).toEqual({});
    expect(scopes.requests.size).toBe(0);
    expect(scopes.requests.has("a.test")).toBe(false);
  });

  it("close what they count", async () => {
    const { transport, closed } = bed();
    await transport.close();
    expect(closed()).toBe(1);
  });
});
