/** A refusal as the service words it (Tablestore documentation, *Error codes*). */
export class OtsError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "OtsError";
    this.status = status;
    this.code = code;
  }
}

/** A request that no table could fulfil. */
export function invalidParameter(message: string): OtsError {
  return new OtsError(400, "OTSParameterInvalid", message);
}
