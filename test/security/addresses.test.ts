import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { resolveRealm } from "../../lib/auth/realm-policy.ts";
import { guardedLookup } from "../../lib/http/address-guard.ts";
import { sendFollowing } from "../../lib/http/redirect.ts";
import { resolveLocation } from "../../lib/registry/upload-location.ts";
import { LOOPBACK, localTransport, serveHttp } from "../http/local-peers.ts";
import { ADDRESS_NOTATIONS } from "../support/hostile-registry/address-notations.ts";

/** Nobody configured these hosts. */
const DERIVED = { allowPrivate: false, allowLoopback: false };

describe(`an address in ${ADDRESS_NOTATIONS.length} notations`, () => {
  it("is meant in more than sixty, each once", () => {
    const hosts = ADDRESS_NOTATIONS.map(({ host }) => host);
    expect(new Set(hosts).size).toBe(hosts.length);
    expect(ADDRESS_NOTATIONS.filter(({ what }) => what === "metadata").length).toBeGreaterThan(50);
    expect(hosts.length).toBeGreaterThan(90);
  });

  it.each(ADDRESS_NOTATIONS)("$host ($what): no redirect leads there", async ({ host }) => {
    const peer = await serveHttp((_, response) => {
      // Headers hold no other letters than ASCII's; URL parsers read them back.
      const written = host.replace(/[^\x20-\x7e]+/gu, encodeURIComponent);
      const location = `http://${written}/latest/meta-data/`;
      response.writeHead(307, { location }).end();
    });
    const transport = localTransport({
      connectionFor: (origin) => (origin === peer.origin ? LOOPBACK : undefined),
    });
    const request = { method: "GET", url: new URL(`${peer.origin}/v2/`) } as const;
    await expect(sendFollowing(transport, request)).rejects.toMatchObject({
      code: expect.stringMatching(/^(ADDRESS_FORBIDDEN|REDIRECT_REFUSED)$/),
      remedy: "giveUp",
    });
  });

  it.each(ADDRESS_NOTATIONS)("$host ($what): nothing connects there", async ({ host }) => {
    if (!URL.canParse(`http://${host}/`)) return expect(host).toMatch(/%/);
    const transport = localTransport({ connectionFor: () => undefined });
    const sent = transport.send({ method: "GET", url: new URL(`http://${host}/latest/`) });
    await expect(sent).rejects.toMatchObject({ code: "ADDRESS_FORBIDDEN", remedy: "giveUp" });
  });

  it.each(ADDRESS_NOTATIONS)("$host ($what): no token realm is there", ({ host }) => {
    const owner = {
      registry: "registry.example.com",
      origin: new URL("https://registry.example.com"),
      tokenRealms: [],
    };
    const refused = expect.objectContaining({ code: "TOKEN_REALM_REFUSED", remedy: "giveUp" });
    expect(() => resolveRealm(`https://${host}/token`, owner, true)).toThrow(refused);
    expect(() => resolveRealm(`http://${host}/token`, owner, false)).toThrow(refused);
  });

  it.each(ADDRESS_NOTATIONS)("$host ($what): no upload goes there", ({ host }) => {
    const asked = new URL("https://registry.example.com/v2/app/blobs/uploads/");
    const owner = {
      registry: "registry.example.com",
      uploadHosts: [],
      url: (path: string) => new URL(path, asked),
    };
    for (const scheme of ["https:", "http:"]) {
      const location = `${scheme}//${host}/latest/meta-data/`;
      expect(() => resolveLocation(location, asked, owner)).toThrow(
        expect.objectContaining({ code: "UPLOAD_LOCATION_REFUSED", remedy: "giveUp" }),
      );
    }
  });
});

describe("a name whose address changes between two questions", () => {
  it("is connected to where the check found it, and asked for once per connection", async () => {
    const peer = await serveHttp((_, response) => response.end());
    const answers = ["127.0.0.1", "169.254.169.254", "127.0.0.1"];
    let asked = 0;
    const lookup = guardedLookup({ ...DERIVED, allowLoopback: true }, (_, __, callback) => {
      callback(null, [{ address: answers[asked++] ?? "", family: 4 }]);
    });
    const outcome = (): Promise<unknown> =>
      new Promise((resolve) => {
        const socket = connect({ host: "rebind.test", port: peer.port, lookup });
        socket.once("error", resolve);
        socket.once("connect", () => {
          resolve(socket.remoteAddress);
          socket.destroy();
        });
      });
    expect(await outcome()).toBe("127.0.0.1");
    expect(asked).toBe(1);
    expect(await outcome()).toMatchObject({ code: "ADDRESS_FORBIDDEN" });
    expect(asked).toBe(2);
    expect(peer.connections).toHaveLength(1);
  });

  it("is not taken for good because one of its addresses is", () => {
    const lookup = guardedLookup(DERIVED, (_, __, callback) => {
      callback(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "93.184.216.34", family: 4 },
        { address: "::ffff:169.254.169.254", family: 6 },
      ]);
    });
    lookup("mixed.test", { all: true }, (error, addresses) => {
      expect(error).toBeNull();
      expect(addresses).toEqual([{ address: "93.184.216.34", family: 4 }]);
    });
    expect.assertions(2);
  });
});
