import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import { cloudFailure } from "./cloud-failure.ts";
import type { DynamodbLocation } from "./cloud-location.ts";
import { type CloudRequestOptions, CloudRequests } from "./cloud-requests.ts";
import { type OpenedDynamodb, openDynamodb } from "./dynamodb-client.ts";
import { optionalStep, type PreparationStep } from "./state-preparation.ts";

const POLL_MS = 1_000;
const POLLS_MAX = 180;
/** The attribute with the second from which on an item may be dropped. */
const TTL_ATTRIBUTE = "exp";
const KEY_SCHEMA = [
  { AttributeName: "pk", KeyType: "HASH" },
  { AttributeName: "sk", KeyType: "RANGE" },
] as const;

/** What preparing a table needs: keys in the environment, if not a role or a profile. */
export interface DynamodbSetupOptions extends CloudRequestOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Creates the table, if it is not there, and waits until it can be used: billed by request,
 * encrypted by a key of the account, expired items dropped, backed up continuously. May be
 * repeated.
 *
 * @throws {FerryError} `STATE_TABLE_UNSUITABLE` for a table with other keys, and other `STATE_…`.
 */
export async function prepareDynamodb(
  location: DynamodbLocation,
  options: DynamodbSetupOptions,
): Promise<readonly PreparationStep[]> {
  const opened = await openDynamodb(location, options.env);
  const setup = new DynamodbSetup(opened, new CloudRequests(options));
  try {
    return [
      await setup.createTable(options.clock),
      await optionalStep("time to live", "expired rows are never removed", () =>
        setup.dropExpired(),
      ),
      await optionalStep("point-in-time recovery", "there are no backups", () =>
        setup.keepBackups(),
      ),
    ];
  } finally {
    opened.client.destroy();
  }
}

class DynamodbSetup {
  readonly #opened: OpenedDynamodb;
  readonly #requests: CloudRequests;

  constructor(opened: OpenedDynamodb, requests: CloudRequests) {
    this.#opened = opened;
    this.#requests = requests;
  }

  async createTable(clock: Clock): Promise<PreparationStep> {
    const isNew = (await this.#status()) === undefined;
    if (isNew) await this.#create();
    for (let polls = 0; (await this.#status()) !== "ACTIVE"; polls++) {
      if (polls === POLLS_MAX) throw this.#failure("busy", "the table does not become active");
      await clock.sleep(POLL_MS);
    }
    return { what: "table", outcome: isNew ? "made" : "kept" };
  }

  async dropExpired(): Promise<"made" | "kept"> {
    const { sdk, client, place } = this.#opened;
    const TableName = place.table;
    const describe = new sdk.DescribeTimeToLiveCommand({ TableName });
    const { TimeToLiveDescription: found } = await this.#ask("DescribeTimeToLive", (options) =>
      client.send(describe, options),
    );
    const isOn = found?.TimeToLiveStatus === "ENABLED" || found?.TimeToLiveStatus === "ENABLING";
    if (isOn && found.AttributeName === TTL_ATTRIBUTE) return "kept";
    const TimeToLiveSpecification = { AttributeName: TTL_ATTRIBUTE, Enabled: true };
    const update = new sdk.UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification });
    await this.#ask("UpdateTimeToLive", (options) => client.send(update, options));
    return "made";
  }

  async keepBackups(): Promise<"made" | "kept"> {
    const { sdk, client, place } = this.#opened;
    const TableName = place.table;
    const describe = new sdk.DescribeContinuousBackupsCommand({ TableName });
    const { ContinuousBackupsDescription: found } = await this.#ask(
      "DescribeContinuousBackups",
      (options) => client.send(describe, options),
    );
    const status = found?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    if (status === "ENABLED") return "kept";
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    const input = { TableName, PointInTimeRecoverySpecification };
    const update = new sdk.UpdateContinuousBackupsCommand(input);
    await this.#ask("UpdateContinuousBackups", (options) => client.send(update, options));
    return "made";
  }

  /** `undefined` when there is no such table. */
  async #status(): Promise<string | undefined> {
    const { sdk, client, place } = this.#opened;
    const describe = new sdk.DescribeTableCommand({ TableName: place.table });
    const answer = this.#ask("DescribeTable", (options) => client.send(describe, options));
    const description = await answer.catch((error: unknown) => {
      if (error instanceof FerryError && error.code === "STATE_TABLE_MISSING") return undefined;
      throw error;
    });
    const table = description?.Table;
    if (table === undefined) return undefined;
    const types = new Map(
      table.AttributeDefinitions?.map((column) => [column.AttributeName, column.AttributeType]),
    );
    const keys = table.KeySchema?.map(
      ({ AttributeName: name, KeyType }) => `${name} ${KeyType} ${types.get(name)}`,
    ).join(", ");
    if (keys === "pk HASH S, sk RANGE S") return table.TableStatus;
    throw this.#failure("unsuitable", `its keys are ${keys}, not pk HASH S, sk RANGE S`);
  }

  /** Somebody else, or a try whose answer got lost, may have created it meanwhile. */
  async #create(): Promise<void> {
    const { sdk, client, place } = this.#opened;
    const create = new sdk.CreateTableCommand({
      TableName: place.table,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [...KEY_SCHEMA],
      AttributeDefinitions: KEY_SCHEMA.map(({ AttributeName }) => ({
        AttributeName,
        AttributeType: "S" as const,
      })),
      SSESpecification: { Enabled: true, SSEType: "KMS" },
    });
    const creation = this.#ask("CreateTable", (options) => client.send(create, options));
    await creation.catch(async (error: unknown) => {
      if ((await this.#status()) === undefined) throw error;
    });
  }

  #ask<T>(
    action: string,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return this.#requests.send((abortSignal) => this.#opened.ask(action, send({ abortSignal })));
  }

  #failure(fault: "busy" | "unsuitable", words: string): FerryError {
    const action = "dynamodb:DescribeTable";
    return cloudFailure(fault, this.#opened.place, { action, words });
  }
}
