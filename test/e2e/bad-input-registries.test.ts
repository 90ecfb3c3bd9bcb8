import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it } from "vitest";
import type { FakeRegistryOptions } from "../support/fake-registry/options.ts";
import { createFakeRegistry } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { type BadInput, CANARY, expectRefused } from "./bad-input.ts";

const COPY = ["sync", "source.test/app:v1", "target.test/app"];

function locked(kind: "basic" | "bearer"): FakeRegistryOptions {
  return { auth: { kind, username: "right", password: "right" } };
}

function wrongPassword(host: string): Pick<BadInput, "registries" | "env"> {
  const credentials = { username: "somebody", password: "env:WRONG_PASSWORD" };
  return { registries: { [host]: { credentials } }, env: { WRONG_PASSWORD: CANARY } };
}

const CREDENTIALS: readonly BadInput[] = [
  {
    name: "a wrong password at the source, by token",
    args: COPY,
    source: locked("bearer"),
    ...wrongPassword("source.test"),
    exit: 3,
    says: ["CREDENTIALS_REFUSED", "source.test", '"somebody"', "imageferry login source.test"],
  },
  {
    name: "a wrong password at the target, by token",
    args: COPY,
    target: locked("bearer"),
    ...wrongPassword("target.test"),
    exit: 3,
    says: ["CREDENTIALS_REFUSED", "target.test", '"somebody"', "imageferry login target.test"],
  },
  {
    name: "a wrong password, Basic",
    args: COPY,
    source: locked("basic"),
    ...wrongPassword("source.test"),
    exit: 3,
    says: ["CREDENTIALS_REFUSED", "imageferry login source.test"],
  },
  {
    name: "no credentials where they are wanted",
    args: COPY,
    source: locked("bearer"),
    exit: 3,
    says: ["CREDENTIALS_REFUSED", "source.test/app wants credentials", "imageferry login"],
  },
  {
    name: "a password whose variable is not set",
    args: COPY,
    source: locked("bearer"),
    registries: { "source.test": { credentials: { username: "u", password: "env:NO_SUCH" } } },
    exit: 1,
    says: ["ENV_UNSET", "env:NO_SUCH", "Try: Set NO_SUCH"],
  },
  {
    name: "a password whose file is not there",
    args: COPY,
    source: locked("bearer"),
    registries: { "source.test": { credentials: { username: "u", password: "file:/no/such" } } },
    exit: 1,
    says: ["SECRET_UNRESOLVED", "file:/no/such", "Try: Check that /no/such exists"],
  },
  {
    name: "no leave to push",
    args: COPY,
    target: { quirks: { fail: { method: "POST", status: 403, times: 100 } } },
    exit: 3,
    writes: true,
    says: ["DENIED", "imageferry login target.test"],
  },
];

const CONTENT: readonly BadInput[] = [
  {
    name: "a repository that is not there",
    args: ["sync", "source.test/nowhere", "target.test/app"],
    exit: 1,
    says: ["SOURCE_LIST_FAILED", "source.test/nowhere", "Try: Check the name"],
  },
  {
    name: "a tag that is not there",
    args: ["sync", "source.test/app:v9", "target.test/app"],
    exit: 1,
    says: ["SOURCE_MANIFEST_UNKNOWN", "source.test/app:v9", "Try: Check the name and tag"],
  },
  {
    name: "no tag that matches: nothing to do, with a warning",
    args: ["sync", "source.test/app", "target.test/app", "--include", "z*"],
    exit: 0,
    says: ["Warning:", "source.test/app", "no tag of the source is wanted"],
  },
  {
    name: "Docker's schema 1",
    args: ["sync", "source.test/old:v1", "target.test/app"],
    exit: 1,
    says: ["MANIFEST_SCHEMA1", "source.test/old:v1", "Try: Push the image again"],
  },
  {
    name: "damaged content",
    args: COPY,
    source: { quirks: { flipByte: 10 } },
    exit: 1,
    writes: true,
    says: ["SOURCE_DIGEST_MISMATCH", "blob sha256:", "Try: The source holds damaged content"],
  },
  {
    name: "a full target",
    args: COPY,
    target: { quirks: { quota: 100 } },
    exit: 1,
    writes: true,
    says: ["QUOTA_EXCEEDED", "upper limit of 100 bytes", "Try: Free space or raise the quota"],
  },
  {
    name: "a tag that must not change",
    args: COPY,
    target: { quirks: { immutable: "harbor" } },
    prepare: ({ target }) => target.seed("app", randomImage({ seed: "other" }), "v1"),
    exit: 1,
    writes: true,
    says: ["TAG_IMMUTABLE", "app:v1", "Try: The tag exists with other content"],
  },
  {
    name: "a target whose project is missing",
    args: COPY,
    target: { quirks: { requireProject: true } },
    exit: 1,
    writes: true,
    says: ["NAME_UNKNOWN", "project app not found", "Try: Create the repository first"],
  },
];

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const { port, close } = await listening();
  close();
  return port;
}

/** A server that answers plain HTTP as Go's TLS servers do. */
async function listening(): Promise<{ readonly port: number; readonly close: () => void }> {
  const words = "Client sent an HTTP request to an HTTPS server.";
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(`HTTP/1.0 400 Bad Request\r\n\r\n${words}\n`));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, close: () => server.close() };
}

describe.concurrent("bad input: credentials and content", () => {
  it.each([...CREDENTIALS, ...CONTENT])("$name", (row) => expectRefused(row));
});

describe.concurrent("bad input: hosts", () => {
  it("a source at which nobody listens", async () => {
    const host = `127.0.0.1:${await closedPort()}`;
    await expectRefused({
      name: host,
      args: ["sync", `${host}/app:v1`, "target.test/app"],
      exit: 1,
      says: ["NETWORK_REFUSED", host, "connection refused"],
    });
  });

  it("a target at which nobody listens", async () => {
    const host = `127.0.0.1:${await closedPort()}`;
    await expectRefused({
      name: host,
      args: ["sync", "source.test/app:v1", `${host}/app`],
      exit: 1,
      says: ["NETWORK_REFUSED", `target ${host}/app`, "connection refused"],
    });
  });

  it("a name nobody knows", () =>
    expectRefused({
      name: "unknown host",
      args: ["sync", "nowhere.invalid/app:v1", "target.test/app"],
      exit: 1,
      says: ["NETWORK_DNS", "nowhere.invalid", "Try: Check the registry's name"],
    }));

  it("plain HTTP on a TLS port", async () => {
    const { port, close } = await listening();
    const host = `127.0.0.1:${port}`;
    try {
      await expectRefused({
        name: host,
        args: ["sync", `${host}/app:v1`, "target.test/app"],
        registries: { [host]: { plainHttp: true } },
        exit: 1,
        says: ["TLS_PORT", host, "Try: The registry speaks TLS on this port: leave plainHttp out."],
      });
    } finally {
      close();
    }
  });

  it("TLS on a plain port", async () => {
    const { url, close } = await createFakeRegistry().listen();
    try {
      await expectRefused({
        name: url.host,
        args: ["sync", `${url.host}/app:v1`, "target.test/app"],
        exit: 1,
        says: ["TLS_MISMATCH", url.host, "does not speak TLS", "--plain-http HOST"],
      });
    } finally {
      await close();
    }
  });
});
