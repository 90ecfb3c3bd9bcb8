import { FerryError, type Remedy } from "../base/error.ts";

/** What can be wrong with a table in a cloud. */
export type CloudFault =
  | "busy"
  | "unreachable"
  | "missing"
  | "unsuitable"
  | "denied"
  | "credentials"
  | "tooLarge"
  | "refused";

/** The table an error is about. */
export interface CloudPlace {
  readonly service: "DynamoDB" | "Tablestore";
  readonly table: string;
  /** Region or endpoint: where the table was looked for. */
  readonly where: string;
}

/** What was asked for, and what the service said; nothing secret. */
export interface CloudDetail {
  /** As permissions name it: `dynamodb:PutItem`. */
  readonly action: string;
  readonly words: string;
}

interface Meaning {
  readonly code: string;
  readonly remedy: Remedy;
  readonly hint: (place: CloudPlace, detail: CloudDetail) => string;
}

const MEANINGS: Readonly<Record<CloudFault, Meaning>> = {
  busy: {
    code: "STATE_BUSY",
    remedy: "retry",
    hint: () => "Try again later; should it last, look at the table's limits and quotas.",
  },
  unreachable: {
    code: "STATE_UNREACHABLE",
    remedy: "retry",
    hint: () => "Check that region and endpoint are right and can be reached from here.",
  },
  missing: {
    code: "STATE_TABLE_MISSING",
    remedy: "fixInput",
    hint: () =>
      "Create it with `imageferry state init`, or name another table, region or endpoint.",
  },
  unsuitable: {
    code: "STATE_TABLE_UNSUITABLE",
    remedy: "fixInput",
    hint: () => "Name a table of imageferry's own; `imageferry state init` creates one.",
  },
  denied: {
    code: "STATE_DENIED",
    remedy: "authenticate",
    hint: ({ table, where }, { action }) => `Allow ${action} on table ${table} in ${where}.`,
  },
  credentials: {
    code: "STATE_CREDENTIALS_REFUSED",
    remedy: "authenticate",
    hint: ({ service }) =>
      service === "DynamoDB"
        ? "Give the function a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and its companions."
        : "Give the function a role, or set ALIBABA_CLOUD_ACCESS_KEY_ID and its companions.",
  },
  tooLarge: {
    code: "STATE_ROW_TOO_LARGE",
    remedy: "giveUp",
    hint: () => "Split the policy or the rule that it comes from into smaller ones.",
  },
  refused: {
    code: "STATE_REFUSED",
    remedy: "giveUp",
    hint: () => "Another version of imageferry may have made the table; try a fresh one.",
  },
};

/** Makes the error of a fault: names table, place, action and the service's own words. */
export function cloudFailure(
  fault: CloudFault,
  place: CloudPlace,
  detail: CloudDetail,
): FerryError {
  const { code, remedy, hint } = MEANINGS[fault];
  const { service, table, where } = place;
  const message = `${service} table "${table}" in ${where}: ${detail.action}: ${detail.words}`;
  return new FerryError(message, { code, remedy, hint: hint(place, detail) });
}

/** The error of a row that has another shape than rows that are written here. */
export function foreignRow(): FerryError {
  return new FerryError("the state table holds a row that imageferry did not write", {
    code: "STATE_ROW_INVALID",
    remedy: "giveUp",
    hint: "Give imageferry a table of its own; `imageferry state init` creates one.",
  });
}
