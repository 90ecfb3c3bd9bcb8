// A small Lambda runtime for Node.js: runs inside each of a function's processes.
import { callHandler, loadHandler, serveInvocations } from "../function-host/runtime-client.mjs";

const { env } = process;

await serveInvocations(env.AWS_LAMBDA_RUNTIME_API, async () => {
  const handler = await loadHandler(env.LAMBDA_TASK_ROOT, env._HANDLER);
  return async (body, headers) => {
    const result = await callHandler(
      handler,
      JSON.parse(body.toString("utf8")),
      contextOf(headers),
    );
    return JSON.stringify(result) ?? "null";
  };
});

function contextOf(headers) {
  const deadlineMs = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}
