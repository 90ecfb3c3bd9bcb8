import { ENDLESS_ANSWERS } from "./endless-answers.ts";
import { FOREIGN_HOSTS } from "./foreign-hosts.ts";
import type { HostileCase } from "./hostile-case.ts";
import { LYING_CONTENT } from "./lying-content.ts";

const ALL = [...FOREIGN_HOSTS, ...LYING_CONTENT, ...ENDLESS_ANSWERS];

/** Every way of being hostile; those with published figures of other tools stand first. */
export const HOSTILE_CASES: readonly HostileCase[] = [
  ...ALL.filter(({ published }) => published),
  ...ALL.filter(({ published }) => !published),
];
