import { onFunctionCompute } from "../platform/alicloud.ts";
import { createSweeper } from "../sweeper.ts";

/** The sweeper on Alibaba Cloud Function Compute. */
export const handler = onFunctionCompute(createSweeper, import.meta.url);
