import { describe, it } from "vitest";
import { type BadInput, expectRefused } from "./bad-input.ts";

const COPY = ["sync", "source.test/app:v1", "target.test/app"];

const FLAGS: readonly BadInput[] = [
  {
    name: "a mistyped flag",
    args: [...COPY, "--forec"],
    exit: 2,
    says: ["--forec", "Did you mean --force?"],
  },
  {
    name: "a mistyped command",
    args: ["snyc", "source.test/app:v1", "target.test/app"],
    exit: 2,
    says: ["snyc", "Did you mean sync?"],
  },
  {
    name: "no jobs",
    args: [...COPY, "--proc", "0"],
    exit: 2,
    says: ["--proc", "'0'", "at least 1"],
  },
  {
    name: "a number that is none",
    args: [...COPY, "--jobs", "many"],
    exit: 2,
    says: ["--jobs", "'many'"],
  },
  {
    name: "a format nobody knows",
    args: [...COPY, "--format", "xml"],
    exit: 2,
    says: ["xml", "json"],
  },
  {
    name: "a source without a target",
    args: ["sync", "source.test/app:v1"],
    exit: 2,
    says: ["target"],
  },
  {
    name: "a mistyped flag of a check",
    args: ["check", "source.test/app:v1", "target.test/app", "--reapir"],
    exit: 2,
    says: ["--reapir", "Did you mean --repair?"],
  },
  {
    name: "a check without a target",
    args: ["check", "source.test/app:v1"],
    exit: 2,
    says: ["target"],
  },
  {
    name: "upper case in an argument",
    args: ["sync", "source.test/APP:v1", "target.test/app"],
    exit: 2,
    says: ["RULE_BAD_REFERENCE", "APP", "Try: Write it as"],
  },
  {
    name: "a scheme in an argument",
    args: ["sync", "https://source.test/app:v1", "target.test/app"],
    exit: 2,
    says: ["RULE_HAS_SCHEME", "Try: Leave out https://"],
  },
  {
    name: "a state file in a folder that is not there",
    args: [...COPY, "--state", "/dev/null/nowhere/state.db"],
    exit: 2,
    says: ["/dev/null/nowhere"],
  },
];

describe.concurrent("bad input: flags", () => {
  it.each(FLAGS)("$name", (row) => expectRefused(row));
});
