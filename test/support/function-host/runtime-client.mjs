// The runtime's side of the channel, run inside a function's process: loads the handler, asks for
// events, posts what came of them.
import { existsSync } from "node:fs";
import { request } from "node:http";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const EXTENSIONS = [".mjs", ".cjs", ".js"];

/** Exit codes that Lambda's Node.js runtime uses. */
const EXIT_CODES = { unhandledRejection: 128, uncaughtException: 129 };

/**
 * Serves invocations until the process ends; `runtimeApi` is the channel's `host:port`.
 *
 * `load` gives the function that is called with each event's bytes and headers, and answers with
 * the bytes to post; what it throws is posted as the function's error.
 */
export async function serveInvocations(runtimeApi, load) {
  const call = (...args) => callChannel(runtimeApi, ...args);
  let requestId;
  for (const [name, exitCode] of Object.entries(EXIT_CODES)) {
    process.on(name, async (error) => {
      await call(
        "POST",
        requestId ? `invocation/${requestId}/error` : "init/error",
        wireError(error),
      );
      process.exit(exitCode);
    });
  }
  const run = await loaded(load, call);
  for (;;) {
    requestId = undefined;
    const { headers, body } = await call("GET", "invocation/next");
    requestId = headers["lambda-runtime-aws-request-id"];
    const [verb, answer] = await attempt(run, body, headers);
    await call("POST", `invocation/${requestId}/${verb}`, answer);
  }
}

/** Finds the handler `file.export` in a folder; its name's parts after the file may be nested. */
export async function loadHandler(folder, name) {
  const [file, ...path] = basename(name).split(".");
  const stem = join(folder, dirname(name), file);
  const extension = EXTENSIONS.find((candidate) => existsSync(stem + candidate));
  if (!extension) throw named("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
  const module = await import(pathToFileURL(stem + extension).href);
  const find = (from) => path.reduce((value, key) => value?.[key], from);
  const handler = find(module) ?? find(module.default);
  if (typeof handler === "function") return handler;
  throw named("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
}

/** Calls a handler that either answers with a promise or calls back. */
export function callHandler(handler, event, context) {
  return new Promise((resolve, reject) => {
    const result = handler(event, context, (error, value) =>
      error ? reject(error) : resolve(value),
    );
    if (typeof result?.then === "function") result.then(resolve, reject);
  });
}

async function loaded(load, call) {
  try {
    return await load();
  } catch (error) {
    await call("POST", "init/error", wireError(error));
    return process.exit(1);
  }
}

async function attempt(run, body, headers) {
  try {
    return ["response", await run(body, headers)];
  } catch (error) {
    return ["error", wireError(error)];
  }
}

function wireError(error) {
  const { name, message, stack } = error instanceof Error ? error : { message: String(error) };
  const words = { errorType: name ?? typeof error, errorMessage: message };
  return JSON.stringify({ ...words, trace: String(stack ?? "").split("\n") });
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

/** A connection per request: one that was kept may be dead when the process thaws. */
function callChannel(runtimeApi, method, path, body) {
  return new Promise((resolve, reject) => {
    const url = `http://${runtimeApi}/2018-06-01/runtime/${path}`;
    const outgoing = request(url, { method, agent: false }, async (incoming) => {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      resolve({ headers: incoming.headers, body: Buffer.concat(chunks) });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
