import { systemClock } from "../../lib/base/system-clock.ts";
import { createWireTransport } from "../../lib/http/wire-transport.ts";
import { remoteRepository } from "../../lib/registry/remote-repository.ts";
import { repositoryContract } from "../contract/repository.ts";
import { startRegistry } from "../support/real-registries.ts";
import { clientOver, PASSWORD, REPOSITORY, registryRig, USERNAME } from "./registry-rig.ts";

const stop = async () => undefined;

repositoryContract("the fake registry", async () => ({
  repository: registryRig().repository,
  stop,
}));

repositoryContract("the fake registry with bearer auth", async () => {
  const auth = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
  return { repository: registryRig({ auth }).repository, stop };
});

repositoryContract("the fake registry without referrers", async () => ({
  repository: registryRig({ quirks: { noSubject: true } }).repository,
  stop,
}));

for (const kind of ["docker-registry", "registry", "zot"] as const) {
  repositoryContract(`a real ${kind}`, async () => {
    const started = await startRegistry(kind);
    if ("missing" in started) return started;
    const transport = createWireTransport({
      clock: systemClock,
      connectionFor: () => ({ allowPrivate: true, allowLoopback: true }),
    });
    const client = clientOver(transport, {
      registry: started.host,
      origin: started.url,
      clock: systemClock,
    });
    const name = { registry: started.host, repository: REPOSITORY };
    return {
      repository: remoteRepository(client, name),
      stop: async () => {
        await transport.close();
        await started.stop();
      },
    };
  });
}
