import { createOrchestrator } from "../orchestrator.ts";
import { onFunctionCompute } from "../platform/alicloud.ts";

/** The orchestrator on Alibaba Cloud Function Compute. */
export const handler = onFunctionCompute(createOrchestrator, import.meta.url);
