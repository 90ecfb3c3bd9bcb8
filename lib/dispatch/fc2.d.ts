// The package comes without types; this is the part of it that is called.

declare module "@alicloud/fc2" {
  interface Options {
    readonly accessKeyID: string;
    readonly accessKeySecret: string;
    /** Sent only when `accessKeyID` begins with `STS`. */
    readonly securityToken?: string;
    readonly region: string;
    readonly endpoint?: string;
    readonly secure?: boolean;
    readonly timeout?: number;
  }

  interface Answer {
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly data: unknown;
  }

  class Client {
    constructor(accountId: string, options: Options);
    invokeFunction(
      service: string,
      functionName: string,
      event: string,
      headers: Readonly<Record<string, string>>,
    ): Promise<Answer>;
  }
  export = Client;
}
