import { onLambda } from "../platform/aws.ts";
import { createSweeper } from "../sweeper.ts";

/** The sweeper on AWS Lambda. */
export const handler = onLambda(createSweeper, import.meta.url);
