import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemRandom } from "../../lib/base/random.ts";
import { Secret } from "../../lib/base/secret.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { createLogger } from "../../lib/observe/logger.ts";
import { openState } from "../../lib/state/open-state.ts";
import type { FakeAuth } from "../support/fake-registry/options.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { createFakeRegistry, type FakeRegistry } from "../support/fake-registry.ts";
import { holdsSecret } from "../support/hostile-registry/canary.ts";
import { randomImage } from "../support/random-image.ts";
import { openSocketFerry } from "../support/socket-ferry.ts";
import { policyOf } from "../support/sync-world.ts";

const PASSWORDS = { source: "CANARY-s0urce+/pa55:w", target: "CANARY-t4rget+/pa55:w" };

/** Runs in which passwords, tokens and upload locations get around, well and badly. */
const RUNS: readonly (readonly [string, FakeAuth["kind"], Quirks, Quirks])[] = [
  ["all is well, with passwords", "basic", {}, {}],
  ["all is well, with tokens", "bearer", {}, {}],
  ["tokens expire all the time", "bearer", { expireAfterRequests: 2 }, { expireAfterRequests: 2 }],
  ["passwords are refused", "basic", { basicExpireAfter: 1 }, {}],
  ["uploads break", "basic", {}, { fail: { kind: "upload", status: "reset", times: 99 } }],
  ["uploads are refused", "bearer", {}, { fail: { kind: "upload", status: 403, times: 99 } }],
  ["uploads are sent elsewhere", "basic", {}, { location: "other-host" }],
  ["blobs are damaged", "bearer", { flipByte: 10 }, {}],
  ["blobs are at a CDN nobody may reach", "basic", { blobRedirect: "other-port" }, {}],
  ["tokens are no tokens", "bearer", { tokenBody: "html" }, {}],
];

async function registryWith(password: string, kind: FakeAuth["kind"], quirks: Quirks) {
  const auth: FakeAuth = kind === "none" ? { kind } : { kind, username: "robot", password };
  const registry = createFakeRegistry({ auth, quirks });
  const server = await registry.listen();
  onTestFinished(() => server.close());
  return { registry, host: server.url.host };
}

/** Whatever proved something in a request, or was a capability. */
function carriedBy(registries: readonly FakeRegistry[]): string[] {
  return registries
    .flatMap(({ log }) => log)
    .flatMap(({ headers, query }) => [
      headers["authorization"]?.split(" ")[1] ?? "",
      query.get("_state") ?? "",
    ])
    .filter((secret) => secret.length > 6);
}

async function contentOf(folder: string): Promise<string> {
  const names = await readdir(folder);
  const texts = names.map((name) => readFile(join(folder, name), "latin1"));
  return (await Promise.all(texts)).join("\n");
}

describe("secrets", () => {
  it.each(RUNS)(
    "rules 18 to 21: are nowhere when %s",
    async (_, kind, sourceQuirks, targetQuirks) => {
      const folder = await mkdtemp(join(tmpdir(), "imageferry-canary-"));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const source = await registryWith(PASSWORDS.source, kind, sourceQuirks);
      const target = await registryWith(PASSWORDS.target, kind, targetQuirks);
      source.registry.seed("app", randomImage({ seed: "canary", layers: [100_000, 2000] }), "v1");
      const table = await openState(
        { kind: "file", path: join(folder, "state.db") },
        { clock: systemClock, random: systemRandom, env: {} },
      );
      const ferry = await openSocketFerry({
        table,
        registries: [source, target].map(({ host }) => ({ registry: host, plainHttp: true })),
        credentials: new Map(
          Object.entries({ [source.host]: PASSWORDS.source, [target.host]: PASSWORDS.target }).map(
            ([host, password]) => [
              host,
              { username: "robot", password: { kind: "literal", secret: new Secret(password) } },
            ],
          ),
        ),
      });
      const report = await ferry.sync(policyOf(`${source.host}/app:v1`, `${target.host}/app`));
      const stored = await ferry.ferry.report(report.runId);
      const detail = await ferry.ferry.run(report.runId);
      const file = join(folder, "log.ndjson");
      const logger = createLogger({ level: "trace", file, clock: systemClock });
      for (const event of ferry.events) logger.sink(event);
      logger.close();
      await ferry.close();
      const said = [
        inspect([report, stored, detail, ferry.events], { depth: null, showHidden: true }),
        JSON.stringify([report, stored, detail, ferry.events]),
        await contentOf(folder),
      ].join("\n");
      const carried = carriedBy([source.registry, target.registry]);
      expect(carried.length).toBeGreaterThan(0);
      expect(holdsSecret(said, Object.values(PASSWORDS))).toBe(false);
      expect(carried.filter((secret) => said.includes(secret))).toEqual([]);
    },
  );

  it("are found in whatever form they are looked for", () => {
    const [secret] = [PASSWORDS.source];
    const forms = [
      `password=${secret}`,
      `?p=${encodeURIComponent(secret)}`,
      Buffer.from(`robot:${secret}`).toString("base64"),
      Buffer.from(`r:${secret}`).toString("base64"),
      Buffer.from(`ro:${secret}`).toString("base64url"),
    ];
    expect(forms.filter((form) => !holdsSecret(form, [secret]))).toEqual([]);
    expect(holdsSecret("nothing of the kind", [secret])).toBe(false);
  });
});
