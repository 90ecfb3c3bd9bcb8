import { findKeys, keysMissing } from "../auth/access-keys.ts";
import { type AcrInstance, findAcrInstance } from "../auth/acr-instance.ts";
import { type AlicloudCall, callAlicloud, codeOf } from "../auth/alicloud-api.ts";
import { FerryError } from "../base/error.ts";
import { type AcrName, createNamespace, createRepository, getRepository } from "./acr-calls.ts";
import type { MakerOptions } from "./cloud-repository-maker.ts";
import type { RepositoryMaker } from "./repository-maker.ts";

/** `NAMESPACE_ALREADY_EXIST` and its kin. */
const EXISTS = /^(?!.*not).*exist/i;
/** `REPO_NOT_EXIST`, `NAMESPACE_NOT_EXIST` and their kin. */
const EXISTS_NOT = /not_?(?:exist|found)/i;
const EITHER = new RegExp(`${EXISTS.source}|${EXISTS_NOT.source}`, "i");

/**
 * Makes private repositories of Alibaba Cloud's Container Registry, and namespaces that are missing
 * with them. Its token servers refuse what does not exist as they refuse what may not be seen: so
 * the API is asked which it is.
 */
export function acrRepositories(options: MakerOptions): RepositoryMaker {
  const { registry, credential, creation, ports } = options;
  let known: AcrInstance | undefined;

  async function instanceOf(): Promise<AcrInstance> {
    known ??= await findAcrInstance(registry, ports);
    return known;
  }

  /** Gives the answer's code: when not all went well one of `doneCodes`. */
  async function call(
    part: Partial<AlicloudCall> & { readonly action: string },
    { name, doneCodes }: { readonly name: AcrName; readonly doneCodes: RegExp },
  ): Promise<string> {
    const { instanceId, endpoint } = await instanceOf();
    const resource = `${registry}/${name.namespace}/${name.repository}`;
    const keys = await findKeys(credential, ports);
    if (keys === undefined) throw keysMissing("acr", `cr:${part.action} on ${resource}`);
    const version = instanceId === undefined ? "2016-06-07" : "2018-12-01";
    const whole = { product: "cr", version, endpoint, resource, doneCodes, ...part };
    return codeOf(await callAlicloud(whole, keys, ports.wire));
  }

  return {
    async make(repository) {
      const name = splitName(registry, repository);
      const { instanceId } = await instanceOf();
      const immutableTags = creation.immutableTags ?? false;
      if (immutableTags && instanceId === undefined) throw noImmutableTags(registry);
      const create = createRepository(instanceId, name, immutableTags);
      const code = await call(create, { name, doneCodes: EITHER });
      if (!EXISTS_NOT.test(code)) return;
      await call(createNamespace(instanceId, name), { name, doneCodes: EXISTS });
      await call(create, { name, doneCodes: EXISTS });
    },
    async exists(repository) {
      const name = splitName(registry, repository);
      const { instanceId } = await instanceOf();
      const code = await call(getRepository(instanceId, name), { name, doneCodes: EXISTS_NOT });
      return !EXISTS_NOT.test(code);
    },
  };
}

function splitName(registry: string, path: string): AcrName {
  const [namespace = "", ...rest] = path.split("/");
  if (rest.length > 0) return { namespace, repository: rest.join("/") };
  throw new FerryError(`${registry}/${path} cannot be made: it names no namespace`, {
    code: "NAME_NOT_ALLOWED",
    remedy: "fixInput",
    hint: "Repositories of this registry are named namespace/repository.",
  });
}

function noImmutableTags(registry: string): FerryError {
  return new FerryError(`the personal edition (${registry}) knows no immutableTags`, {
    code: "UNSUPPORTED",
    remedy: "fixInput",
    hint: "Say createRepositories: true.",
  });
}
