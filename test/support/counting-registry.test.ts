import { once } from "node:events";
import { request } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { startCountingRegistry } from "./counting-registry.ts";
import { basicHeader } from "./fake-registry/token-server.ts";

async function get(url: URL, authorization?: string): Promise<string> {
  const outgoing = request(url, { headers: authorization ? { authorization } : {} });
  outgoing.end();
  const [incoming] = await once(outgoing, "response");
  let text = "";
  for await (const chunk of incoming) text += chunk;
  return text;
}

it("a counting registry counts 401 and token requests too, and starts anew", async () => {
  const counting = await startCountingRegistry();
  onTestFinished(() => counting.close());
  const { url, username, password } = counting;
  await get(new URL("/v2/", url));
  const reply = await get(new URL("/token", url), basicHeader(username, password));
  await get(new URL("/v2/", url), `Bearer ${JSON.parse(reply).token}`);
  expect(counting.requests()).toBe(3);
  expect(counting.tally()).toEqual(
    new Map([
      ["GET ping 401", 1],
      ["GET token 200", 1],
      ["GET ping 200", 1],
    ]),
  );
  counting.reset();
  expect(counting.requests()).toBe(0);
});
