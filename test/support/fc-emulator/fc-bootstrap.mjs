// A small Function Compute runtime for Node.js: runs inside each of a function's processes.
import { callHandler, loadHandler, serveInvocations } from "../function-host/runtime-client.mjs";

const { env } = process;

await serveInvocations(env.FC_RUNTIME_API, async () => {
  const handler = await loadHandler(env.FC_FUNC_CODE_PATH, env.FC_FUNCTION_HANDLER);
  let initialize = await initializer();
  return async (body, headers) => {
    const context = contextOf(headers);
    await initialize?.(context);
    initialize = undefined;
    return bytesOf(await callHandler(handler, body, context));
  };
});

/** It runs once, before the first event, with that event's context. */
async function initializer() {
  const name = env.FC_FUNCTION_INITIALIZER;
  if (!name) return undefined;
  const initialize = await loadHandler(env.FC_FUNC_CODE_PATH, name);
  return (context) => callHandler((_, ...rest) => initialize(...rest), undefined, context);
}

function contextOf(headers) {
  const log = (level) => (text) => console.log(`${level} ${text}`);
  return {
    ...JSON.parse(Buffer.from(headers["x-fc-context"], "base64").toString("utf8")),
    logger: Object.fromEntries(
      ["debug", "info", "warn", "error", "log"].map((level) => [level, log(level)]),
    ),
    tracing: { openTracingSpanContext: "", openTracingSpanBaggages: {}, jaegerEndpoint: "" },
  };
}

/** Bytes as they are, an object as JSON, anything else as a string. */
function bytesOf(value) {
  if (Buffer.isBuffer(value)) return value;
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
