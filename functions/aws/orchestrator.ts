import { createOrchestrator } from "../orchestrator.ts";
import { onLambda } from "../platform/aws.ts";

/** The orchestrator on AWS Lambda. */
export const handler = onLambda(createOrchestrator, import.meta.url);
