import * as z from "zod";
import { checkSchema } from "../check-schema.ts";
import { configError } from "../config-error.ts";
import type { ConfigDocument } from "../parse-document.ts";
import type { ImportedConfig, PolicyInput, RegistryInput } from "./imported-config.ts";
import { secretPlaceholder, secretWarning } from "./secret-placeholder.ts";

const text = z.union([z.string(), z.number()]).transform(String);

const registrySchema = z.object({
  images: z.record(z.string(), z.array(text).nullable()).default({}),
  "images-by-tag-regex": z.record(z.string(), text).default({}),
  "images-by-semver": z.record(z.string(), text).default({}),
  credentials: z.object({ username: text, password: text }).optional(),
  "tls-verify": z.boolean().optional(),
  "cert-dir": z.string().optional(),
});

const skopeoSchema = z.record(z.string(), registrySchema);

type SkopeoRegistry = z.output<typeof registrySchema>;

/** Where images go: skopeo takes it from its command line, so it is not in the file. */
export interface SkopeoTarget {
  readonly registry?: string;
  readonly namespace?: string;
}

/**
 * Takes over a `skopeo sync` file: images by name, by expression and by version. As skopeo does,
 * only the last part of a source's path is kept under the target.
 *
 * @throws {FerryError} `CONFIG_INVALID` when the document has another shape,
 * `IMPORT_TARGET_MISSING` without a registry to go to.
 */
export function fromSkopeo(document: ConfigDocument, target: SkopeoTarget): ImportedConfig {
  const hosts = Object.entries(checkSchema(document, skopeoSchema));
  if (!target.registry) {
    throw configError(
      "IMPORT_TARGET_MISSING",
      `file ${document.file} does not say where images go`,
      "Name it with --registry (and --namespace).",
    );
  }
  const root = [target.registry, target.namespace].filter(Boolean).join("/");
  const registries = hosts.map(([host, entry]) => [host, registryOf(host, entry)] as const);
  return {
    config: {
      registries: Object.fromEntries(registries.filter(([, entry]) => Object.keys(entry).length)),
      policies: hosts.flatMap(([host, entry]) => policiesOf(host, entry, root)),
    },
    problems: [],
    warnings: hosts.flatMap(([host, entry]) => warningsOf(host, entry)),
  };
}

function registryOf(host: string, entry: SkopeoRegistry): RegistryInput {
  const { credentials } = entry;
  return {
    ...(entry["tls-verify"] === false && { insecureSkipTlsVerify: true }),
    ...(credentials && {
      credentials: { username: credentials.username, password: secretPlaceholder(host) },
    }),
  };
}

function warningsOf(host: string, entry: SkopeoRegistry): readonly string[] {
  return [
    ...(entry.credentials ? [secretWarning(host)] : []),
    ...(entry["cert-dir"] === undefined ? [] : [`cert-dir of ${host} is left out: set ca`]),
  ];
}

function policiesOf(host: string, entry: SkopeoRegistry, root: string): readonly PolicyInput[] {
  const policy = (repository: string, kind: string, tags: PolicyInput["tags"]): PolicyInput => ({
    name: `${host}/${repository}${kind}`,
    source: `${host}/${repository}`,
    target: `${root}/${repository.slice(repository.lastIndexOf("/") + 1)}`,
    ...(tags !== undefined && { tags }),
  });
  return [
    ...Object.entries(entry.images).map(([repository, tags]) =>
      policy(repository, "", tags && tags.length > 0 ? tags : undefined),
    ),
    ...Object.entries(entry["images-by-tag-regex"]).map(([repository, regex]) =>
      policy(repository, " by regex", { include: [`/${regex}/`] }),
    ),
    ...Object.entries(entry["images-by-semver"]).map(([repository, range]) =>
      policy(repository, " by version", { semver: range.replaceAll(",", " ") }),
    ),
  ];
}
