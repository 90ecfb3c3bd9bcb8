import { FerryError } from "../base/error.ts";

/** What a refusal tells besides its code. */
export interface RefusalDetails {
  /** Where in the body or the query it is wrong, as JSON pointers without the caller's own words. */
  readonly places?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that cannot be followed as it is; `code` is one that `problem.ts` knows. */
export class RefusedRequest extends FerryError {
  readonly places: readonly string[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, { places = [], headers = {} }: RefusalDetails = {}) {
    super(message, { code, remedy: "fixInput" });
    this.places = places;
    this.headers = headers;
  }
}
