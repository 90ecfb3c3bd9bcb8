import { describe, expect, it } from "vitest";
import {
  defaultStatePath,
  parseStateLocation,
  type StateLocation,
} from "../../lib/state/state-location.ts";

describe("parseStateLocation", () => {
  it.each([
    ["state.db", "state.db"],
    ["/var/lib/imageferry/state.db", "/var/lib/imageferry/state.db"],
    ["./a:b.db", "./a:b.db"],
    ["C:\\state.db", "C:\\state.db"],
  ])("takes %s for a file", (text, path) => {
    expect(parseStateLocation(text)).toEqual({ kind: "file", path });
  });

  it("takes :memory: for this process's memory", () => {
    expect(parseStateLocation(":memory:")).toEqual({ kind: "memory" });
  });

  it.each<[string, StateLocation]>([
    ["dynamodb://ferry", { kind: "dynamodb", table: "ferry" }],
    [
      "dynamodb://My.Ferry_1-x?region=eu-central-1",
      { kind: "dynamodb", table: "My.Ferry_1-x", region: "eu-central-1" },
    ],
    [
      "dynamodb://ferry?endpoint=http://127.0.0.1:8000&region=eu-test-1",
      {
        kind: "dynamodb",
        table: "ferry",
        region: "eu-test-1",
        endpoint: "http://127.0.0.1:8000",
      },
    ],
    [
      "tablestore://my-ferry/state_1?region=cn-hangzhou",
      {
        kind: "tablestore",
        instance: "my-ferry",
        table: "state_1",
        endpoint: "https://my-ferry.cn-hangzhou.ots.aliyuncs.com",
      },
    ],
    [
      "tablestore://my-ferry/state?endpoint=https://my-ferry.cn-hangzhou.vpc.tablestore.aliyuncs.com/",
      {
        kind: "tablestore",
        instance: "my-ferry",
        table: "state",
        endpoint: "https://my-ferry.cn-hangzhou.vpc.tablestore.aliyuncs.com",
      },
    ],
  ])("takes %s for a table in a cloud", (text, location) => {
    expect(parseStateLocation(text)).toEqual(location);
  });

  it.each([
    ["dynamodb://", "the location names no DynamoDB table"],
    ["dynamodb:ferry", "the location names no DynamoDB table"],
    ["dynamodb://ab", "the location names no DynamoDB table"],
    ["dynamodb://a/b/c", "the location names no DynamoDB table"],
    ["dynamodb://AKID:CANARY@ferry", "the location names no DynamoDB table"],
    ["dynamodb://ferry?region=x.evil.example/", '"x.evil.example/" is no region'],
    ["dynamodb://ferry?regoin=eu", `a table's location has no setting "regoin"`],
    ["dynamodb://ferry?endpoint=127.0.0.1:80", "the endpoint is no URL of a host alone"],
    ["dynamodb://ferry?endpoint=ftp://host", "the endpoint is no URL of a host alone"],
    ["dynamodb://ferry?endpoint=http://u:CANARY@host", "the endpoint is no URL of a host alone"],
    ["dynamodb://ferry?endpoint=http://host/CANARY", "the endpoint is no URL of a host alone"],
    ["tablestore://ferry?region=cn", "the location names no Tablestore instance and table"],
    ["tablestore://my.ferry/t?region=cn", "the location names no Tablestore instance and table"],
    ["tablestore://ferry/t-1?region=cn", "the location names no Tablestore instance and table"],
    ["tablestore://ferry/state", 'nothing tells the region of instance "ferry"'],
  ])("refuses %j, and tells the right form", (text, message) => {
    const refusal = expect.objectContaining({
      code: "STATE_LOCATION_INVALID",
      remedy: "fixInput",
      message,
      hint: expect.stringContaining(`Write ${text.split(":")[0]}://`),
    });
    expect(() => parseStateLocation(text)).toThrow(refusal);
  });

  it.each([
    ["redis://localhost/0", `there is no place "redis:" to keep the state`],
    ["file:state.db", `there is no place "file:" to keep the state`],
    ["https://user:hunter2@db.example.com", `there is no place "https:" to keep the state`],
    ["", "the place of the state is empty"],
    ["  ", "the place of the state is empty"],
  ])("refuses %j", (text, message) => {
    expect(() => parseStateLocation(text)).toThrow(
      expect.objectContaining({ code: "STATE_LOCATION_INVALID", remedy: "fixInput", message }),
    );
  });
});

describe("defaultStatePath", () => {
  it.each<[Record<string, string>, string]>([
    [{ XDG_STATE_HOME: "/data/state" }, "/data/state/imageferry/state.db"],
    [{}, "/home/me/.local/state/imageferry/state.db"],
    [{ XDG_STATE_HOME: "" }, "/home/me/.local/state/imageferry/state.db"],
    [{ XDG_STATE_HOME: "relative" }, "/home/me/.local/state/imageferry/state.db"],
  ])("given %j is %s", (env, path) => {
    expect(defaultStatePath(env, "/home/me")).toBe(path);
  });
});
