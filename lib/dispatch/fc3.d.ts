// The package's own types lean on classes of packages below it; this is the part that is called.

declare module "@alicloud/fc20230330" {
  import type { Readable } from "node:stream";

  interface Config {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
    readonly regionId: string;
    /** `host[:port]`. */
    readonly endpoint: string;
    readonly protocol: "http" | "https";
    readonly connectTimeout: number;
    readonly readTimeout: number;
  }

  class InvokeFunctionRequest {
    constructor(fields: { readonly body: Readable });
  }

  class InvokeFunctionHeaders {
    constructor(fields: { readonly xFcInvocationType: "Async"; readonly xFcAsyncTaskId: string });
  }

  interface Answer {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly body?: Readable;
  }

  class Client {
    /** Where a loader takes the whole module for its default. */
    static readonly default?: typeof Client;
    constructor(config: Config);
    invokeFunctionWithOptions(
      functionName: string,
      request: InvokeFunctionRequest,
      headers: InvokeFunctionHeaders,
      runtime: Readonly<Record<string, never>>,
    ): Promise<Answer>;
  }

  // biome-ignore lint/style/noDefaultExport: so the package does.
  export { Client as default, InvokeFunctionHeaders, InvokeFunctionRequest };
}
