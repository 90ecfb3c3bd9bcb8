import { onLambda } from "../platform/aws.ts";
import { createWorker } from "../worker.ts";

/** The worker on AWS Lambda. */
export const handler = onLambda(createWorker, import.meta.url);
