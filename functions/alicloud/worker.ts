import { onFunctionCompute } from "../platform/alicloud.ts";
import { createWorker } from "../worker.ts";

/** The worker on Alibaba Cloud Function Compute. */
export const handler = onFunctionCompute(createWorker, import.meta.url);
