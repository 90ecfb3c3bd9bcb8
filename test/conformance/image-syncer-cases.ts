import { readFileSync } from "node:fs";
import { longestMatch } from "../../lib/auth/key-match.ts";
import { toFerryError } from "../../lib/base/error.ts";
import { loadImageSyncer } from "../../lib/config/image-syncer/load-image-syncer.ts";
import type { LoadedConfig } from "../../lib/config/loaded-config.ts";
import { formatReference, formatRepository, parseReference } from "../../lib/oci/reference.ts";
import { pairReferences } from "../../lib/sync/pair-references.ts";
import type { NamedReference, SyncPolicy } from "../../lib/sync/policy.ts";
import { selectTags } from "../../lib/sync/select-tags.ts";

/** A row of the case table; `input` and `expect` differ by area. */
export interface ConformanceCase<Input, Expect> {
  readonly id: string;
  readonly title: string;
  readonly input: Input;
  readonly expect: Expect;
}

/** What a case about files and rules is given. */
export interface RuleInput {
  readonly files?: Readonly<Record<string, string>>;
  readonly rule?: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | string;
  readonly sourceTags?: Readonly<Record<string, readonly string[]>>;
}

/** What has to come of it. */
export interface RuleExpect {
  readonly tasks?: readonly (readonly [string, string])[];
  readonly ruleErrors?: readonly string[];
  readonly errorCode?: string;
  readonly listsTagsOf?: readonly string[];
  readonly sourceUser?: string;
  readonly destinationUser?: string;
  readonly auth?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What came of it. */
export interface Outcome {
  readonly tasks: readonly (readonly [string, string])[];
  /** Codes of everything refused, thrown or reported. */
  readonly codes: readonly string[];
  readonly listsTagsOf: readonly string[];
  readonly config?: LoadedConfig;
}

/** The cases of one area; the file's own shape is trusted. */
export function casesOf<Input, Expect>(area: string): ConformanceCase<Input, Expect>[] {
  const file = new URL("cases/image-syncer.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, "utf8"));
  return cases.filter((entry: { area: string }) => entry.area === area);
}

/** Loads a case's files as the command line would, and expands the rules without a registry. */
export async function runRuleCase(input: RuleInput): Promise<Outcome> {
  const files = new Map(Object.entries(input.files ?? {}));
  const args = [...input.args];
  if (input.rule !== undefined) {
    files.set("images.json", JSON.stringify(input.rule));
    args.push("--images", "images.json");
  }
  const env = typeof input.env === "object" ? input.env : {};
  const flags = new Map<string, string>();
  for (let at = 0; at < args.length; at += 2) flags.set(args[at]!.slice(2), args[at + 1]!);
  try {
    const config = await loadImageSyncer({
      ...Object.fromEntries(flags),
      os: [],
      arch: [],
      force: false,
      env,
      read: async (path) => files.get(path),
    });
    return expand(config, normalizeKeys(input.sourceTags ?? {}));
  } catch (thrown) {
    return { tasks: [], codes: [toFerryError(thrown).code], listsTagsOf: [] };
  }
}

/** The name of the user a repository is reached with. */
export function userFor(config: LoadedConfig, image: string): string | undefined {
  const credential = longestMatch(config.credentials, parseReference(image));
  return credential && "username" in credential ? credential.username : undefined;
}

/** One entry of an auth file the way the table writes it. */
export function authEntry(config: LoadedConfig, key: string): Readonly<Record<string, unknown>> {
  const credential = config.credentials.get(key);
  const isUser = credential !== undefined && "username" in credential;
  const secret = isUser && credential.password.kind === "literal" && credential.password.secret;
  const settings = config.registries.find(({ registry }) => registry === key.split("/")[0]);
  return {
    username: isUser ? credential.username : "",
    password: secret ? secret.reveal() : "",
    insecure: settings?.plainHttpFallback === true && settings.tls?.insecureSkipVerify === true,
  };
}

function normalizeKeys(tags: Readonly<Record<string, readonly string[]>>) {
  return new Map(
    Object.entries(tags).map(([name, list]) => [formatRepository(parseReference(name)), list]),
  );
}

function expand(config: LoadedConfig, sourceTags: ReadonlyMap<string, readonly string[]>): Outcome {
  const tasks = new Map<string, readonly [string, string]>();
  const codes = config.problems.map(({ error }) => error.code);
  for (const policy of config.policies) {
    try {
      for (const task of tasksOf(policy, sourceTags)) tasks.set(task.join(), task);
    } catch (thrown) {
      codes.push(toFerryError(thrown).code);
    }
  }
  const listed = config.policies.filter(({ select }) => select.kind === "listed");
  const listsTagsOf = listed.map(({ source }) => formatRepository(source));
  return { tasks: [...tasks.values()], codes, listsTagsOf, config };
}

function tasksOf(policy: SyncPolicy, sourceTags: ReadonlyMap<string, readonly string[]>) {
  return policy.targets.flatMap((mapping) =>
    pairReferences(selected(policy, sourceTags), mapping).map(
      ({ source, target }): [string, string] => [
        formatReference(policy.source, source),
        formatReference(mapping.repository, target),
      ],
    ),
  );
}

function selected(
  { select, source }: SyncPolicy,
  sourceTags: ReadonlyMap<string, readonly string[]>,
): readonly NamedReference[] {
  if (select.kind === "named") return select.references;
  const tags = sourceTags.get(formatRepository(source)) ?? [];
  return selectTags(tags, select).map((tag) => ({ reference: { kind: "tag", tag } }));
}
