import { join } from "node:path";
import type { Random } from "../../../lib/base/random.ts";
import { systemRandom } from "../../../lib/base/random.ts";
import { systemClock } from "../../../lib/base/system-clock.ts";
import { openState } from "../../../lib/state/open-state.ts";
import { prepareState } from "../../../lib/state/prepare-state.ts";
import { parseStateLocation } from "../../../lib/state/state-location.ts";
import { DYNALITE_ENV, startDynalite } from "../dynalite-server.ts";
import { startFauxqsServer } from "../fauxqs-server.ts";
import { startLambdaEmulator } from "../lambda-emulator/lambda-emulator.ts";
import { scheduledEvent } from "../lambda-emulator/lambda-events.ts";
import { startSqsPoller } from "../sqs-poller.ts";
import {
  answerOf,
  type CloudSettings,
  type PipelineCloud,
  pipelineFunctions,
  testedFunctions,
} from "./pipeline-cloud.ts";

/** What goes wrong on purpose, and how. */
export interface AwsCloudSettings extends CloudSettings {
  /** Share of the messages that are delivered twice. */
  readonly duplicates?: { readonly share: number; readonly random: Random };
  readonly random?: Random;
}

/** As high as it goes: poison is told in the table. */
const RECEIVES_MAX = 1000;

/** Starts Lambda, DynamoDB and two queues of SQS on this machine, the pipeline on them. */
export async function startAwsCloud(settings: AwsCloudSettings): Promise<PipelineCloud> {
  const { lifeMs = 60_000, workers = 20, bundles = testedFunctions() } = settings;
  const dynalite = await startDynalite();
  const queues = await startFauxqsServer();
  const state = `dynamodb://imageferry?region=us-east-1&endpoint=${dynalite.endpoint}`;
  const location = parseStateLocation(state);
  const access = { clock: systemClock, random: systemRandom, env: DYNALITE_ENV };
  await prepareState(location, access);
  const table = await openState(location, access);
  const deadLetters = { queueUrl: await queues.createQueue("dead"), maxReceiveCount: RECEIVES_MAX };
  // A message is out of sight a little longer than its invocation can last.
  const visibility = { visibilitySeconds: Math.ceil(lifeMs / 1000) + 5, deadLetters };
  const tasks = await queues.createQueue("tasks", visibility);
  const runs = await queues.createQueue("runs", visibility);
  const env = {
    IMAGEFERRY_STATE: state,
    IMAGEFERRY_TASK_QUEUE: tasks,
    IMAGEFERRY_RUN_QUEUE: runs,
    IMAGEFERRY_CONFIG: settings.configFile,
    ...settings.env,
  };
  const lambda = await startLambdaEmulator({
    functions: pipelineFunctions(settings).map((hosted) => ({
      ...hosted,
      codeFolder: join(bundles, "aws", hosted.name),
      handler: "index.handler",
      env,
    })),
    ...(settings.random && { random: settings.random }),
  });
  const poll = (queueUrl: string, name: string, maximumConcurrency: number) =>
    startSqsPoller({
      client: queues.client,
      queueUrl,
      invoke: (event) => lambda.invoke(name, event),
      maximumConcurrency,
      ...(settings.duplicates && { duplicates: settings.duplicates }),
    });
  const pollers = [poll(tasks, "worker", workers), poll(runs, "orchestrator", 2)];
  const call = async (name: string, event: object) =>
    answerOf(name, await lambda.invoke(name, event));
  return {
    name: "AWS Lambda with DynamoDB and SQS",
    state,
    env: DYNALITE_ENV,
    table,
    invocations: lambda.invocations,
    orchestrate: (event) => call("orchestrator", event),
    sweep: () => call("sweeper", scheduledEvent("sweep")),
    request: (request) => lambda.invokeHttp("api", request),
    deliverAgain: (task) => queues.send(tasks, JSON.stringify(task)),
    kill: (functionKey, count) => lambda.kill({ functionKey, count }).length,
    async stop() {
      await Promise.all(pollers.map((poller) => poller.stop()));
      await lambda.stop();
      await table.close();
      await queues.stop();
      await dynalite.stop();
    },
  };
}
