import { parseEcrHost, unknownRegistry } from "../auth/cloud-hosts.ts";
import { ecrAccess } from "../auth/ecr-credentials.ts";
import type { MakerOptions } from "./cloud-repository-maker.ts";
import type { RepositoryMaker } from "./repository-maker.ts";

/** Makes repositories of Amazon ECR; its registries say NAME_UNKNOWN of those that are missing. */
export function ecrRepositories(options: MakerOptions): RepositoryMaker {
  const { registry, credential, creation, ports } = options;
  return {
    async make(repository) {
      const host = parseEcrHost(registry);
      if (host === undefined) {
        throw unknownRegistry(registry, "ACCOUNT.dkr.ecr.REGION.amazonaws.com");
      }
      const access = await ecrAccess(credential, ports);
      const { createEcrRepository } = await import("../auth/ecr-api.ts");
      await createEcrRepository(repository, creation, { host, access });
    },
  };
}
