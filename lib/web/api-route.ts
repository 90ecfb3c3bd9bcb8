import type * as z from "zod";
import type { Clock } from "../base/clock.ts";
import type { ApiRequest, ApiResponse, Principal, Scope } from "./api-request.ts";
import type { RunRules } from "./requested-run.ts";
import type { RunService } from "./run-service.ts";

/** Takes a line for the log. */
export type ApiLog = (
  level: "info" | "warn" | "error",
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** What answering requests works with. */
export interface ApiPorts {
  readonly service: RunService;
  readonly config: RunRules;
  readonly clock: Clock;
  readonly log: ApiLog;
  /** Metrics as Prometheus reads them; left out: nobody counts. */
  readonly metrics?: () => Promise<string>;
}

/** A request at its route, from somebody who may. */
export interface ApiCall {
  readonly request: ApiRequest;
  /** What stands in the path for `{id}`, decoded; empty where nothing does. */
  readonly id: string;
  /** Left out where everybody may call. */
  readonly caller?: Principal;
  readonly ports: ApiPorts;
}

/** A parameter as openapi.json tells it. */
export interface ApiParameter {
  readonly name: string;
  readonly in: "query" | "header";
  readonly description: string;
  readonly schema: z.ZodType;
}

/** What is answered when all is well, as openapi.json tells it. */
export interface ApiSuccess {
  readonly status: number;
  readonly description: string;
  /** JSON of this form. */
  readonly schema?: z.ZodType;
  /** Something else. */
  readonly mediaType?: string;
}

/** One method of one path: what it does, who may call it, and what is told of it. */
export interface ApiRoute {
  readonly method: "GET" | "POST";
  /** `/runs/{id}`. */
  readonly path: string;
  /** Left out: everybody may. */
  readonly scope?: Scope;
  /** Pages in a browser call it, whose token comes by a cookie. */
  readonly takesCookie?: true;
  readonly name: string;
  readonly summary: string;
  readonly parameters?: readonly ApiParameter[];
  readonly body?: z.ZodType;
  readonly successes: readonly ApiSuccess[];
  answer(call: ApiCall): Promise<ApiResponse>;
}
