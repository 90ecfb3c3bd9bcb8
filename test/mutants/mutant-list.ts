/** A named fault: what is changed in one file, and who has to notice. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Left out: the simulation. */
  readonly suite?: string;
}

/** The faults, each of which must be caught. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "a write without its condition",
    file: "lib/state/change-row.ts",
    find: 'table.put(key, value, current ?? "absent", options)',
    replace: 'table.put(key, value, "any", options)',
  },
  {
    name: "a claim without its fence",
    file: "lib/state/task-ledger.ts",
    find: "return row?.owner === claim.owner && row.epoch === claim.epoch ? row : undefined;",
    replace: "return row;",
    suite: "test/property/state-task-ledger.test.ts",
  },
  {
    name: "a claim that keeps its epoch",
    file: "lib/state/task-ledger.ts",
    find: "epoch: row.epoch + 1,\n          claims",
    replace: "epoch: row.epoch,\n          claims",
  },
  {
    name: "a task claimed while another has it",
    file: "lib/state/task-row.ts",
    find: 'if (row.state === "running") return (row.leaseUntil ?? 0) <= now;',
    replace: 'if (row.state === "running") return true;',
    suite: "test/state/task-ledger.test.ts",
  },
  {
    name: "poison without a limit",
    file: "lib/state/task-ledger.ts",
    find: "if (row.claims >= FRUITLESS_CLAIMS_MAX)",
    replace: "if (row.claims > 10 * FRUITLESS_CLAIMS_MAX)",
    suite: "test/state/task-ledger.test.ts",
  },
  {
    name: "a tag put before what is below it",
    file: "lib/sync/copy-tag.ts",
    find: "if (graphs.length > 0) await copyContent(",
    replace: "if (graphs.length > 0) void copyContent(",
  },
  {
    name: "a tag set without asking the source again",
    file: "lib/sync/set-tag.ts",
    find: "if (isUntouched && sinceMs - knowledge.sinceMs < RESOLVE_AGAIN_MS) return undefined;",
    replace: "if (isUntouched || sinceMs > 0) return undefined;",
  },
  {
    name: "a tag's lease taken from its holder",
    file: "lib/state/watermarks.ts",
    find: "const isHeld = holder !== undefined && holder.until > now && holder.owner !== owner;",
    replace: "const isHeld = holder !== undefined && now < 0;",
  },
  {
    name: "a push that outlives its lease",
    file: "lib/sync/exclusive-lease.ts",
    find: "renew, marginMs });",
    replace: "renew });",
  },
  {
    name: "records trusted after the registry missed a blob",
    file: "lib/sync/copy-graph.ts",
    find: "const doubting: GraphTarget = { ...target, trust: step.resend };",
    replace: 'const doubting: GraphTarget = { ...target, trust: "records" };',
  },
  {
    name: "a blob recorded that did not arrive",
    file: "lib/sync/blob-placer.ts",
    find: "if (isThere(outcome)) await blobs.record(",
    replace: "if (outcome) await blobs.record(",
  },
  {
    name: "an image done without its signatures",
    file: "lib/sync/commit-tag.ts",
    find: "if (context.signal.aborted) for (const target of alive) target.outcome = undefined;",
    replace: "",
    suite: "test/simulation/regressions.test.ts",
  },
  {
    name: "a rule failed by a target that is away for a moment",
    file: "lib/sync/list-policy.ts",
    find: "if (!failed && mayRecover(error, position, parts)) throw error;",
    replace: "",
    suite: "test/simulation/regressions.test.ts",
  },
  {
    name: "a wish for a pause counted as a failure",
    file: "lib/sync/listing-progress.ts",
    find: "    if (pauseMs !== undefined) {",
    replace: "    if (pauseMs !== undefined && policy < 0) {",
    suite: "test/simulation/regressions.test.ts",
  },
  {
    name: "a plan that marks tags as copied",
    file: "lib/sync/plan-run.ts",
    find: "return planReport(found, errors);",
    replace: `const nameOf = (text: string) => {
      const [, registry = "", repository = ""] = /^(.*?)\\/(.*):/.exec(text) ?? [];
      return { registry, repository };
    };
    for (const { source, target, sourceDigest: digest } of found) {
      const mark = { tag: "latest", sourceDigest: digest, targetDigest: digest, optionsHash: "" };
      if (digest) await ports.watermarks.write(nameOf(source), nameOf(target), mark);
    }
    return planReport(found, errors);`,
  },
  {
    name: "a run closed before its tasks have ended",
    file: "lib/sync/sweep-tasks.ts",
    find: "open ||= !hasEnded(row.state);",
    replace: 'open ||= row.state === "pending";',
  },
  {
    name: "a sweep that leaves dead workers' tasks alone",
    file: "lib/sync/overdue.ts",
    find: 'if (row.state === "running") return row.leaseUntil ?? row.changedAt;',
    replace: 'if (row.state === "running") return undefined;',
  },
  {
    name: "a sweep that leaves lost orders alone",
    file: "lib/sync/overdue.ts",
    find: "return row.changedAt + (row.state",
    replace: "return row.changedAt + 1e12 + (row.state",
  },
  {
    name: "a run that no sweep looks at",
    file: "lib/sync/start-run.ts",
    find: "await active.note({ runId, enteredAt: startedAt });",
    replace: "",
  },
  {
    name: "a range believed that was not asked for",
    file: "lib/registry/blobs.ts",
    find: "if (response.status === 206 && isRight) return response;",
    replace: "if (response.status === 206 && range) return response;",
    suite: "test/registry/quirks-blobs.test.ts",
  },
  {
    name: "content whose digest nobody compares",
    file: "lib/transfer/content-verifier.ts",
    find: "if (actual !== blob.digest) {",
    replace: "if (actual === undefined) {",
    suite: "test/transfer/content-verifier.test.ts",
  },
  {
    name: "a password kept across a redirect",
    file: "lib/http/redirect.ts",
    find: "return url.origin === from.url.origin ? (from.headers ?? {}) : anonymous;",
    replace: "return anonymous === undefined ? anonymous : (from.headers ?? {});",
    suite: "test/http/redirect.test.ts",
  },
  {
    name: "a password for any token server",
    file: "lib/auth/realm-policy.ts",
    find: "if (isTrusted(url, owner)) return url;",
    replace: "if (isTrusted(url, owner) || withCredentials) return url;",
    suite: "test/auth/realm-policy.test.ts",
  },
  {
    name: "an upload sent to any host",
    file: "lib/registry/upload-location.ts",
    find: 'if (url.protocol !== "https:" || !uploadHosts.includes(url.host)) {',
    replace: 'if (url.protocol !== "https:" && !uploadHosts.includes(url.host)) {',
    suite: "test/registry/upload-location.test.ts",
  },
  {
    name: "an address inside another not looked at",
    file: "lib/http/address-guard.ts",
    find: "if (inner !== undefined) return isForbiddenAddress(inner, allowed);",
    replace: "if (inner === ip) return isForbiddenAddress(inner, allowed);",
    suite: "test/http/address-guard.test.ts",
  },
];
