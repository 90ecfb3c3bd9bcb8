import type { Cloud, CloudCredential } from "../auth/cloud-credential.ts";
import type { CloudPorts } from "../auth/cloud-ports.ts";
import type { RepositoryCreation } from "../http/origin-settings.ts";
import { acrRepositories } from "./acr-repositories.ts";
import { ecrRepositories } from "./ecr-repositories.ts";
import type { RepositoryMaker } from "./repository-maker.ts";
import { swrOrganizations } from "./swr-organizations.ts";

/** Whose repositories are made, how, and with which keys. */
export interface MakerOptions {
  readonly registry: string;
  /** Its cloud, and the keys to ask it with. */
  readonly credential: CloudCredential;
  readonly creation: RepositoryCreation;
  readonly ports: CloudPorts;
}

const MAKERS: Readonly<Record<Cloud, (options: MakerOptions) => RepositoryMaker>> = {
  ecr: ecrRepositories,
  acr: acrRepositories,
  swr: swrOrganizations,
};

/** The maker of a registry's repositories by its cloud's API. */
export function cloudRepositoryMaker(options: MakerOptions): RepositoryMaker {
  return MAKERS[options.credential.from](options);
}
