import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { deadlineAfter } from "../../lib/base/deadline.ts";
import { createEnvironment, type FunctionEnvironment } from "./environment.ts";
import { type FcContext, lambdaContext } from "./fc-context.ts";
import { takeKeys } from "./fc-keys.ts";
import { fcRedelivery } from "./fc-redelivery.ts";
import type { Answer, Invocation, PlatformFunction } from "./invocation.ts";
import { jsonOrText } from "./json-or-text.ts";

/** An event handler of Function Compute 2 and 3. */
export type FcHandler = (event: Uint8Array, context: FcContext) => Promise<Answer>;

/** Time that has passed at the platform before the handler hears of the event. */
const LATE_MS = 500;

/**
 * Makes a function a handler of Function Compute. The platform tells how long a function may run,
 * not how long it still may: that is counted from here.
 *
 * @param moduleUrl of the entry file: the configuration lies beside it.
 */
export function onFunctionCompute<Message>(
  create: (environment: FunctionEnvironment) => PlatformFunction<Message>,
  moduleUrl: string,
): FcHandler {
  const env = { ...process.env };
  const environment = createEnvironment({
    env,
    codeFolder: dirname(fileURLToPath(moduleUrl)),
    metricsForm: "plain",
    redelivery: fcRedelivery,
  });
  const run = create(environment);
  return async (event, context) => {
    takeKeys(env, context);
    const deadline = deadlineAfter(environment.clock, context.function.timeout * 1000 - LATE_MS);
    const delivery = deliveryOf<Message>(Buffer.from(event).toString("utf8"), context);
    const invocation = { ...delivery, deadline, stop: new AbortController() };
    return run(invocation, lambdaContext(context, deadline));
  };
}

type Delivery<Message> = Pick<Invocation<Message>, "via" | "deliveryId" | "message">;

/** The event of a time trigger holds the text that was set with it. */
function deliveryOf<Message>(text: string, { requestId }: FcContext): Delivery<Message> {
  const timer = timerOf(jsonOrText<unknown>(text));
  if (timer === undefined) return { via: "call", deliveryId: requestId, message: jsonOrText(text) };
  const { name, time, payload } = timer;
  return { via: "timer", deliveryId: `${name} ${time}`, message: jsonOrText(payload || "{}") };
}

function timerOf(event: unknown) {
  if (typeof event !== "object" || event === null) return undefined;
  if (!("triggerName" in event && "triggerTime" in event && "payload" in event)) return undefined;
  const { triggerName, triggerTime, payload } = event;
  if (typeof payload !== "string") return undefined;
  return { name: String(triggerName), time: String(triggerTime), payload };
}
