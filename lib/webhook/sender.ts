/** Whoever sends webhooks about images; each has a parser of its own. */
export const SENDERS = [
  "dockerhub",
  "harbor",
  "aliacr",
  "swr",
  "tcr",
  "quay",
  "github",
  "gitlab",
  "azure",
  "ecr",
  "google",
  "distribution",
  "jfrog",
  "nexus",
  "gitea",
  "zot",
  "generic",
] as const;

/** The name of a sender. */
export type Sender = (typeof SENDERS)[number];

/** Tells whether `name` is a sender's. */
export function isSender(name: string): name is Sender {
  return SENDERS.some((sender) => sender === name);
}
