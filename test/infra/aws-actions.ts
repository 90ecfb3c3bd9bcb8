import type { FunctionName, TableCall } from "./used-rights.ts";

/** One call of the table is these actions of DynamoDB; a write that fails reads what is there. */
export const TABLE_ACTIONS: Readonly<Record<TableCall, readonly string[]>> = {
  get: ["dynamodb:GetItem"],
  getMany: ["dynamodb:BatchGetItem"],
  query: ["dynamodb:Query"],
  put: ["dynamodb:PutItem", "dynamodb:GetItem"],
  putMany: ["dynamodb:BatchWriteItem"],
  delete: ["dynamodb:DeleteItem", "dynamodb:GetItem"],
};

/** What Lambda does in a function's name for its queue, and giving a message back. */
const CONSUMER = [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:ChangeMessageVisibility",
];
const LOG = ["logs:CreateLogStream", "logs:PutLogEvents"];
const SECRETS = ["secretsmanager:GetSecretValue", "ssm:GetParameter"];
const PASSWORDS = [...SECRETS, "ecr:GetAuthorizationToken"];
const COMPARE = ["ecr:ListImages", "ecr:BatchGetImage"];
const READ = [...COMPARE, "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"];
const WRITE = [
  "ecr:InitiateLayerUpload",
  "ecr:UploadLayerPart",
  "ecr:CompleteLayerUpload",
  "ecr:PutImage",
  "ecr:CreateRepository",
];

/** Beyond the table and what is dispatched. */
export const OTHER_ACTIONS: Readonly<Record<FunctionName, readonly string[]>> = {
  orchestrator: [...LOG, ...CONSUMER, ...PASSWORDS, ...COMPARE],
  worker: [...LOG, ...CONSUMER, ...PASSWORDS, ...READ, ...WRITE],
  // It asks no registry, so it needs no password.
  sweeper: LOG,
  webhook: [...LOG, ...SECRETS],
  // Plans ask what there is.
  api: [...LOG, ...PASSWORDS, ...COMPARE],
};

/** Service authorization reference: the action has no resource. */
export const WITHOUT_RESOURCE = ["ecr:GetAuthorizationToken"];
