/** What a cloud asks for, US dollars without free tiers and discounts. */
export interface ListPrices {
  readonly cloud: "aws" | "alicloud";
  readonly region: string;
  /** When they were looked up, year and month. */
  readonly date: string;
  readonly perGbSecond: number;
  readonly perMillionInvocations: number;
  /** Left out: not known. */
  readonly perMillionTableReads?: number;
  readonly perMillionTableWrites?: number;
}

/**
 * List prices of both clouds; docs/cost.md says which of them were seen and which are from memory.
 *
 * AWS: Lambda on arm64, DynamoDB on demand, three requests to SQS for each invocation. Alibaba
 * Cloud: Function Compute's units for 0.35 vCPU with 512 MB, that is 0.7 vCPU and 1 GB.
 */
export const LIST_PRICES: readonly ListPrices[] = [
  {
    cloud: "aws",
    region: "us-east-1",
    date: "2026-11",
    perGbSecond: 0.0000133334,
    perMillionInvocations: 0.2 + 3 * 0.4,
    perMillionTableReads: 0.125,
    perMillionTableWrites: 0.625,
  },
  {
    cloud: "alicloud",
    region: "ap-southeast-1",
    date: "2026-11",
    perGbSecond: (0.7 + 0.15) * 0.00002,
    perMillionInvocations: 7500 * 0.00002,
  },
];
