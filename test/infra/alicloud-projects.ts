import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../infra/bundle.ts";
import type { FunctionName, PipelineFunction } from "./used-rights.ts";

interface Props {
  readonly functionName: string;
  readonly handler: string;
  readonly code: string;
  readonly role: string;
  readonly cpu: number;
  readonly memorySize: number;
  readonly timeout: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly asyncInvokeConfig: { readonly asyncTask: boolean };
  readonly concurrencyConfig: { readonly reservedConcurrency: number };
}

interface Fc2Props {
  readonly service: { readonly name: string; readonly role: string };
  readonly function: Omit<Props, "code" | "functionName"> & {
    readonly name: string;
    readonly codeUri: string;
    readonly asyncConfiguration: { readonly statefulInvocation: boolean };
  };
}

interface Resource<P> {
  readonly actions: { readonly "pre-deploy": readonly { readonly run: string }[] };
  readonly props: P;
}

interface Project<Name extends FunctionName, P> {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<Name, Resource<P>>>;
}

/** Where both projects are. */
export const FOLDER = join(ROOT, "infra/alicloud");
/** Of the pipeline; all that Function Compute 2 has. */
export const COPYING = ["orchestrator", "worker", "sweeper"] as const;
/** All that Function Compute 3 has. */
export const FUNCTIONS = [...COPYING, "webhook", "api"] as const;

/** Reads a file of this repository. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

/** Reads an `s.yaml` and puts in its variables, as Serverless Devs does. */
function readProject<Name extends FunctionName, P>(path: string): Project<Name, P> {
  const text = readFileSync(join(FOLDER, path), "utf8");
  const { vars }: Project<Name, P> = parse(text);
  const filled = text.replace(/\$\{vars\.(\w+)\}/g, (_, name: string) => String(vars[name]));
  if (filled.includes("${")) throw new Error(`${path} names a variable that it does not have`);
  return parse(filled);
}

/** The project for Function Compute 3. */
export const fc3 = readProject<FunctionName, Props>("s.yaml");
/** The project for Function Compute 2. */
export const fc2 = readProject<PipelineFunction, Fc2Props>("fc2/s.yaml");
