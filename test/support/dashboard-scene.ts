import type { TaskState } from "../../lib/state/task-row.ts";
import type { RunOverview, TaskOverview } from "../../lib/web/run-service.ts";
import { ago, type DashboardWorld, emptyWorld, runOf, taskOf } from "./dashboard-world.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

export const HUGE_RUN = "run-20261122-0912-huge";
export const FAILED_RUN = "run-20261122-0600-failed";
export const LISTING_RUN = "run-20261122-0929-listing";

/** Runs, policies and registries as a busy service has them, one run with 5,000 tags among them. */
export function busyScene(): DashboardWorld {
  const failed = failedTasks();
  return {
    ...emptyWorld(),
    runs: [...underWay(), ...ended()],
    tasks: new Map([
      [HUGE_RUN, hugeTasks()],
      [FAILED_RUN, failed],
      [LISTING_RUN, Array.from({ length: 34 }, (_, index) => taskOf(`2.${index}`, "pending"))],
    ]),
    problems: new Map([
      [
        FAILED_RUN,
        [
          {
            rule: "legacy-tools",
            code: "SOURCE_DENIED",
            message: "quay.io/legacy/tools cannot be listed: the registry denies access",
            hint: "Give credentials that may pull from it.",
          },
        ],
      ],
    ]),
    policies: policies(),
    registries: [
      { host: "docker.io", limit: 200, remaining: 23, backoffUntil: ago(-4) },
      { host: "registry.cn-beijing.aliyuncs.com" },
      { host: "ghcr.io", limit: 5000, remaining: 4218 },
      { host: "registry.example.com" },
      { host: "quay.io", limit: 600, remaining: 80 },
    ],
  };
}

function underWay(): RunOverview[] {
  return [
    runOf(LISTING_RUN, {
      state: "running",
      startedAt: ago(0.02),
      enumerated: false,
      trigger: "webhook",
      totals: { suspended: 34 },
    }),
    runOf(HUGE_RUN, {
      state: "running",
      startedAt: ago(18),
      trigger: "http",
      totals: { copied: 2114, unchanged: 640, failed: 12, suspended: 2234 },
      bytes: { copied: 48.2 * GIB, mounted: 61 * GIB, skipped: 122.5 * GIB },
    }),
  ];
}

function ended(): RunOverview[] {
  const failed = runOf(FAILED_RUN, {
    startedAt: ago(210),
    finishedAt: ago(204),
    totals: { copied: 37, unchanged: 1204, failed: 5, skipped: 3, rules: { total: 6, failed: 1 } },
    bytes: { copied: 2.1 * GIB, mounted: 800 * MIB, skipped: 41 * GIB },
  });
  const cancelled = runOf("run-20261121-1715-cancelled", {
    startedAt: ago(975),
    finishedAt: ago(971),
    trigger: "cli",
    cancelled: true,
    totals: { copied: 12, suspended: 88 },
    bytes: { copied: 3.4 * GIB, mounted: 0, skipped: 0.2 * GIB },
  });
  const daily = Array.from({ length: 18 }, (_, index) =>
    runOf(`run-202611${String(21 - index).padStart(2, "0")}-0600`, {
      startedAt: ago(1650 + 1440 * index),
      finishedAt: ago(1645 + 1440 * index - (index % 4)),
      totals: { copied: (index * 7) % 40, unchanged: 1200 - index * 11 },
      bytes: {
        copied: ((index * 13) % 17) * 0.9 * GIB + 0.2 * GIB,
        mounted: ((index * 5) % 11) * 0.7 * GIB,
        skipped: (14 + ((index * 3) % 9)) * GIB,
      },
    }),
  );
  return [failed, cancelled, ...daily];
}

function hugeTasks(): TaskOverview[] {
  return Array.from({ length: 5000 }, (_, index) => {
    const state: TaskState =
      index % 417 === 416
        ? "failed"
        : index < 2760
          ? "copied"
          : index < 2792
            ? "running"
            : "pending";
    const tag = `1.${Math.floor(index / 60)}.${index % 60}-alpine`;
    if (state !== "failed") return taskOf(tag, state);
    return taskOf(tag, state, {
      code: "TARGET_QUOTA_EXCEEDED",
      message: `registry.example.com/mirror/nginx:${tag} was refused: the project's storage quota is used up`,
      hint: "Raise the quota or remove old tags.",
    });
  });
}

function failedTasks(): TaskOverview[] {
  const long = "a-very-long-name-of-a-team/and-of-its-even-longer-service-with-many-words/backend";
  const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
  return [
    taskOf("1.27.3", "failed", {
      code: "TARGET_DENIED",
      message: "registry.example.com/mirror/nginx: pushing is denied (403)",
      hint: "Give the robot account the right to push.",
    }),
    taskOf("<script>alert(1)</script>", "failed", {
      code: "MANIFEST_INVALID",
      message: `<img src=x onerror="alert('x')"> is no manifest & never was`,
    }),
    taskOf("long", "poisoned", {
      source: `registry.cn-beijing.aliyuncs.com/${long}@${digest}`,
      target: `harbor.registry.internal.example.com:32080/${long}:2026.11.22-build-4711-gdeadbeef`,
      code: "TASK_POISONED",
      message: "worker after worker died of it",
      hint: "Look into the workers' logs; more memory may be what it takes.",
    }),
    {
      ...taskOf("1.26.2", "failed"),
      pairs: [
        {
          source: "docker.io/library/nginx:1.26.2",
          target: "registry.example.com/mirror/nginx:1.26.2",
          state: "copied",
        },
        {
          source: "docker.io/library/nginx:1.26.2",
          target: "ghcr.io/example/nginx:1.26.2",
          state: "failed",
          code: "TARGET_UNREACHABLE",
          message: "ghcr.io cannot be reached: the connection was reset",
        },
      ],
    },
    taskOf("1.25.0", "skipped"),
    ...Array.from({ length: 37 }, (_, index) => taskOf(`1.24.${index}`, "copied")),
  ];
}

function policies(): DashboardWorld["policies"] {
  const [listing, huge, failed] = [...underWay(), ...ended()];
  const [done] = ended().slice(2);
  return [
    {
      name: "nginx",
      source: "docker.io/library/nginx",
      targets: [
        "registry.cn-beijing.aliyuncs.com/mirror/nginx",
        "registry.example.com/mirror/nginx",
      ],
      schedule: "0 */6 * * *",
      push: true,
      ...(done && { lastRun: done }),
      nextRunAt: ago(-150),
      freshAt: ago(96),
    },
    {
      name: "base-images",
      source: "ghcr.io/example/base",
      targets: ["registry.example.com/mirror/base"],
      schedule: "every 12h",
      push: false,
      ...(failed && { lastRun: failed }),
      nextRunAt: ago(-510),
      freshAt: ago(4 * 1440 + 130),
    },
    {
      name: "everything-of-the-platform-team-with-a-long-name",
      source: "quay.io/platform-engineering/observability-collector-distribution",
      targets: ["registry.example.com/mirror/observability-collector-distribution"],
      push: true,
      ...(huge && { lastRun: huge }),
    },
    {
      name: "new",
      source: "docker.io/library/redis",
      targets: ["registry.example.com/mirror/redis"],
      push: false,
    },
    {
      name: "pushed",
      source: "ghcr.io/example/app",
      targets: ["registry.example.com/mirror/app"],
      push: true,
      ...(listing && { lastRun: listing }),
      freshAt: ago(45),
    },
  ];
}
