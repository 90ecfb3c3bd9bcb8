import { apiOnLambda } from "../platform/api-on-lambda.ts";

/** The API function on AWS Lambda. */
export const handler = apiOnLambda(import.meta.url);
