/**
 * A refusal with one of Function Compute's error codes as its name.
 *
 * https://www.alibabacloud.com/help/en/functioncompute/error-codes
 */
export class FcRefusal extends Error {
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.status = status;
  }
}
