import { apiOnFc } from "../platform/api-on-fc.ts";

/** The API function on Alibaba Cloud Function Compute. */
export const handler = apiOnFc(import.meta.url);
