import { describe, expect, it } from "vitest";
import { parseReference } from "../../lib/oci/reference.ts";
import type { PlanReport } from "../../lib/sync/plan-report.ts";
import { runCliWithFiles } from "../support/cli-world.ts";
import { json, refusal } from "../support/fake-registry/answers.ts";
import { type Listening, listenOn } from "../support/fake-registry/listen.ts";
import { casesOf, type RuleExpect, type RuleInput } from "./image-syncer-cases.ts";

const AREAS = ["rules", "config", "auth", "legacy-v1.3.1"];
const CASES = AREAS.flatMap((area) => casesOf<RuleInput, RuleExpect>(area));

/** Lists tags in the very order the case gives them. */
function listing(tags: RuleInput["sourceTags"] = {}): Promise<Listening> {
  const byPath = new Map(
    Object.entries(tags).map(([name, list]) => [
      `/v2/${parseReference(name).repository}/tags/list`,
      list,
    ]),
  );
  return listenOn(async ({ url }) => {
    const found = byPath.get(url.pathname);
    return found === undefined
      ? refusal(404, { code: "NAME_UNKNOWN", message: "no such repository" })
      : json(200, { tags: found });
  });
}

/** Plans a case's files with the built command line; its sources are listed by a server here. */
async function plan({ files = {}, rule, args, env, sourceTags }: RuleInput) {
  const server = await listing(sourceTags);
  const { origin } = server.url;
  const hosts = Object.keys(sourceTags ?? {}).map((name) => parseReference(name).registry);
  const images = rule === undefined ? [] : ["--images", "images.json"];
  try {
    return await runCliWithFiles(["plan", "--offline", "--format", "json", ...args, ...images], {
      files: { ...files, ...(rule && { "images.json": JSON.stringify(rule) }) },
      env: typeof env === "object" ? env : {},
      registries: Object.fromEntries(hosts.map((host) => [host, { endpoint: origin }])),
    });
  } finally {
    await server.close();
  }
}

function reportOf(stdout: string): PlanReport {
  return JSON.parse(stdout);
}

describe.concurrent("image-syncer's cases on the command line", () => {
  const refused = CASES.filter(({ expect: { errorCode, ruleErrors } }) => errorCode ?? ruleErrors);
  const planned = CASES.filter((entry) => !refused.includes(entry));

  it.each(refused)("$id $title: refused, with the code", async ({ input, expect: wanted }) => {
    const { exitCode, stdout, stderr } = await plan(input);

    expect(exitCode).not.toBe(0);
    const codes = wanted.ruleErrors ?? [wanted.errorCode ?? ""];
    for (const code of codes) expect(stdout + stderr).toContain(code);
    if (stdout !== "") expect(reportOf(stdout).tasks).toEqual([]);
  });

  it.each(planned)("$id $title: planned, in order", async ({ input, expect: wanted }) => {
    const { exitCode, stdout, stderr } = await plan(input);

    expect(stderr).not.toContain("Error:");
    const { tasks, errors } = reportOf(stdout);
    expect(errors).toEqual([]);
    expect(tasks.map(({ source, target }) => [source, target])).toEqual(wanted.tasks);
    expect(exitCode).toBe(0);
  });
});
