import { FerryError, type FerryErrorOptions } from "../base/error.ts";
import type { Secret } from "../base/secret.ts";
import { ownWords } from "./own-words.ts";

/** What a cloud refused, and how. */
export interface CloudRefusal {
  /** As it stands in a policy: `ecr:GetAuthorizationToken`. */
  readonly action: string;
  /** What it was asked about: a registry, a repository, a secret's name. */
  readonly resource: string;
  /** Status of the answer; 0 when there was none. */
  readonly status: number;
  /** The cloud's own code. */
  readonly code: string;
  readonly words: string;
}

const THROTTLED = /throttl|toomanyrequests|requestlimit|limitexceeded|slowdown/i;
const KEYS_REFUSED =
  /signature|accesskey|security_?token|secretid|expiredtoken|tokenexpired|unrecognizedclient|invalidclienttoken|incompletetoken|authfailure\.(?!unauthorized)|apigw\.0301/i;
const NOT_FOUND = /not_?found|not_?exist/i;
const DENIED = /denied|forbidden|nopermission|unauthori[sz]ed|notauthorized/i;

/**
 * The error a cloud's refusal stands for: `CLOUD_UNAVAILABLE` (retry: throttled, 5xx, no answer),
 * `CLOUD_KEYS_REFUSED` and `CLOUD_ACCESS_DENIED` (authenticate), `CLOUD_NOT_FOUND` (fixInput),
 * `CLOUD_REFUSED` (giveUp).
 *
 * @param secrets values of ours that must not come back in a message.
 */
export function cloudRefusal(refusal: CloudRefusal, secrets: readonly Secret[] = []): FerryError {
  const { action, resource, status, code } = refusal;
  const words = ownWords(refusal.words, secrets);
  const said = [status === 0 ? "" : String(status), code, words].filter((part) => part !== "");
  return new FerryError(`${action} on ${resource}: ${said.join(" ")}`, {
    ...meaning(refusal),
    ...(status !== 0 && { status }),
  });
}

function meaning({ action, resource, status, code }: CloudRefusal): FerryErrorOptions {
  if (status === 0 || status === 429 || status >= 500 || THROTTLED.test(code)) {
    return { code: "CLOUD_UNAVAILABLE", remedy: "retry" };
  }
  if (KEYS_REFUSED.test(code)) {
    return {
      code: "CLOUD_KEYS_REFUSED",
      remedy: "authenticate",
      hint: "The keys are wrong, expired or disabled: check the role, the variables or accessKeyId.",
    };
  }
  if (NOT_FOUND.test(code)) {
    return {
      code: "CLOUD_NOT_FOUND",
      remedy: "fixInput",
      hint: `Check the name ${resource}, and that it is of the account and region that are asked.`,
    };
  }
  if (status === 401 || status === 403 || DENIED.test(code)) {
    return {
      code: "CLOUD_ACCESS_DENIED",
      remedy: "authenticate",
      hint: `Allow ${action} on ${resource} in the policy of the role or user the keys belong to.`,
    };
  }
  return { code: "CLOUD_REFUSED", remedy: "giveUp" };
}
