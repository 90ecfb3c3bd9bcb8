import { join } from "node:path";
import { systemRandom } from "../../../lib/base/random.ts";
import { systemClock } from "../../../lib/base/system-clock.ts";
import { openState } from "../../../lib/state/open-state.ts";
import { prepareState } from "../../../lib/state/prepare-state.ts";
import { parseStateLocation } from "../../../lib/state/state-location.ts";
import { DYNALITE_ENV, startDynalite } from "../dynalite-server.ts";
import { startFcEmulator } from "../fc-emulator/fc-emulator.ts";
import { timerEvent } from "../fc-emulator/fc-events.ts";
import { fcKey, ROLE_CREDENTIAL } from "../fc-emulator/fc-function.ts";
import { startTablestoreEmulator } from "../tablestore-emulator/server.ts";
import { openLateAddress } from "./late-address.ts";
import {
  answerOf,
  type CloudSettings,
  type PipelineCloud,
  pipelineFunctions,
  testedFunctions,
} from "./pipeline-cloud.ts";

/** Which of the platform's services it is. */
export interface AlibabaCloudSettings extends CloudSettings {
  readonly generation: "fc2" | "fc3";
  readonly table: "tablestore" | "dynamodb";
}

const SERVICE = "imageferry";
/**
 * A throttled event waits twice as long each time, hours in the end: a few hundred of them would
 * keep a test busy for minutes. Events live long enough not to be given up meanwhile.
 */
const TIME_SCALE = 500;
const EVENT_AGE_MS_MAX = 30 * 86_400_000;

/** Starts Function Compute and a table on this machine, the pipeline on them. */
export async function startAlibabaCloud(settings: AlibabaCloudSettings): Promise<PipelineCloud> {
  const { generation, bundles = testedFunctions() } = settings;
  const storage = await startTable(settings.table);
  const location = parseStateLocation(storage.state);
  const access = { clock: systemClock, random: systemRandom, env: storage.env };
  await prepareState(location, access);
  const table = await openState(location, access);
  const address = await openLateAddress();
  const service = generation === "fc2" ? { service: SERVICE } : {};
  const env = {
    ...storage.env,
    IMAGEFERRY_STATE: storage.state,
    IMAGEFERRY_WORKER_FUNCTION: "worker",
    IMAGEFERRY_ORCHESTRATOR_FUNCTION: "orchestrator",
    IMAGEFERRY_FC_ENDPOINT: address.origin,
    IMAGEFERRY_CONFIG: settings.configFile,
    ...(generation === "fc2" && { IMAGEFERRY_FC_SERVICE: SERVICE }),
    ...settings.env,
  };
  const emulator = await startFcEmulator({
    functions: pipelineFunctions(settings).map((hosted) => ({
      ...hosted,
      ...service,
      codeFolder: join(bundles, "alicloud", hosted.name),
      handler: "index.handler",
      eventAgeMsMax: EVENT_AGE_MS_MAX,
      env,
    })),
    credential: ROLE_CREDENTIAL,
    timeScale: TIME_SCALE,
  });
  address.leadTo(Number(new URL(emulator.endpoint).port));
  const call = async (name: string, event: object) => {
    const answer = await emulator.invoke(fcKey(name, service.service), event);
    const isError = answer?.errorType !== undefined;
    return answerOf(name, answer && { payload: answer.payload, isError });
  };
  const again = new Set<Promise<unknown>>();
  return {
    name: `Function Compute ${generation === "fc2" ? 2 : 3} with ${storage.name}`,
    state: storage.state,
    env: storage.env,
    table,
    invocations: emulator.invocations,
    orchestrate: (event) => call("orchestrator", event),
    sweep: () => call("sweeper", timerEvent("sweep", "")),
    request: (request) => emulator.invokeHttp(fcKey("api", service.service), request),
    async deliverAgain(task) {
      const delivered = emulator.invoke(fcKey("worker", service.service), task);
      again.add(delivered);
      void delivered.finally(() => again.delete(delivered));
    },
    kill: (name, count) =>
      emulator.kill({ functionKey: fcKey(name, service.service), count }).length,
    async stop() {
      await emulator.stop();
      await Promise.all(again);
      await address.stop();
      await table.close();
      await storage.stop();
    },
  };
}

async function startTable(kind: AlibabaCloudSettings["table"]) {
  if (kind === "dynamodb") {
    const { endpoint, stop } = await startDynalite();
    const state = `dynamodb://imageferry?region=us-east-1&endpoint=${endpoint}`;
    return { name: "DynamoDB", state, env: DYNALITE_ENV, stop };
  }
  const { endpoint, instance, stop } = await startTablestoreEmulator({ keys: ROLE_CREDENTIAL });
  const state = `tablestore://${instance}/imageferry?endpoint=${endpoint}`;
  // A function gets these from its platform; this process is no function.
  const env = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: ROLE_CREDENTIAL.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: ROLE_CREDENTIAL.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: ROLE_CREDENTIAL.securityToken,
  };
  return { name: "Tablestore", state, env, stop };
}
