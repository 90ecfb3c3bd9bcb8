import { describe, expect, it } from "vitest";
import { readFunctionSettings, readLogLevel } from "../../lib/runtime/function-settings.ts";

const AWS = {
  IMAGEFERRY_STATE: "dynamodb://table?region=eu-west-1",
  IMAGEFERRY_TASK_QUEUE: "https://sqs.eu-west-1.amazonaws.com/1/tasks",
  IMAGEFERRY_RUN_QUEUE: "https://sqs.eu-west-1.amazonaws.com/1/runs",
};
const FC3 = {
  IMAGEFERRY_STATE: "tablestore://instance/table?region=cn-hangzhou",
  IMAGEFERRY_WORKER_FUNCTION: "worker",
  IMAGEFERRY_ORCHESTRATOR_FUNCTION: "orchestrator",
  FC_ACCOUNT_ID: "1",
  FC_REGION: "cn-hangzhou",
};

describe("settings of functions", () => {
  it("are queues on AWS", () => {
    expect(readFunctionSettings(AWS, "/code")).toEqual({
      state: { kind: "dynamodb", table: "table", region: "eu-west-1" },
      dispatch: {
        kind: "sqs",
        taskQueue: AWS.IMAGEFERRY_TASK_QUEUE,
        runQueue: AWS.IMAGEFERRY_RUN_QUEUE,
      },
      configFile: "/code/imageferry.yaml",
    });
  });

  it("are functions on Alibaba Cloud, of a service in its second generation", () => {
    const places = { accountId: "1", region: "cn-hangzhou" };
    const functions = { kind: "fc", worker: "worker", orchestrator: "orchestrator", ...places };
    expect(readFunctionSettings(FC3, "/code").dispatch).toEqual(functions);
    const fc2 = {
      ...FC3,
      IMAGEFERRY_FC_SERVICE: "ferry",
      IMAGEFERRY_FC_ENDPOINT: "https://fc.example",
    };
    expect(readFunctionSettings(fc2, "/code").dispatch).toEqual({
      ...functions,
      service: "ferry",
      endpoint: "https://fc.example",
    });
  });

  it("name the configuration", () => {
    const env = { ...AWS, IMAGEFERRY_CONFIG: "/etc/imageferry.yaml" };
    expect(readFunctionSettings(env, "/code").configFile).toBe("/etc/imageferry.yaml");
  });

  it.each([
    ["no table", { IMAGEFERRY_STATE: undefined }, "SETTING_MISSING", "IMAGEFERRY_STATE"],
    ["a file", { IMAGEFERRY_STATE: "/tmp/state.db" }, "SETTING_INVALID", "file"],
    ["memory", { IMAGEFERRY_STATE: ":memory:" }, "SETTING_INVALID", "memory"],
    ["nonsense", { IMAGEFERRY_STATE: "redis://host" }, "STATE_LOCATION_INVALID", "redis"],
    ["no queue", { IMAGEFERRY_TASK_QUEUE: "" }, "SETTING_MISSING", "IMAGEFERRY_TASK_QUEUE"],
    ["no URL", { IMAGEFERRY_RUN_QUEUE: "runs" }, "SETTING_INVALID", "IMAGEFERRY_RUN_QUEUE"],
    [
      "one function alone",
      { IMAGEFERRY_WORKER_FUNCTION: "worker" },
      "SETTING_MISSING",
      "IMAGEFERRY_ORCHESTRATOR_FUNCTION",
    ],
  ])("are refused with %s", (_, change, code, words) => {
    const read = () => readFunctionSettings({ ...AWS, ...change }, "/code");
    expect(read).toThrow(expect.objectContaining({ code, remedy: "fixInput" }));
    expect(read).toThrow(words);
  });
});

it.each([
  ["debug", "debug"],
  ["loud", "info"],
  [undefined, "info"],
])("a log level of %s is %s", (given, level) => {
  expect(readLogLevel({ IMAGEFERRY_LOG_LEVEL: given })).toBe(level);
});
