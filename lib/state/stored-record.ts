import { FerryError } from "../base/error.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { JsonValue } from "./state-table.ts";

/**
 * Reads the fields of a stored object, each by the type it must have.
 *
 * Errors name the kind of row and the field, never the value: it may be a capability.
 */
export class StoredRecord {
  readonly #kind: string;
  readonly #fields: ReadonlyMap<string, JsonValue | undefined>;

  /**
   * @param kind what the row is, for errors: `a task`.
   * @throws {FerryError} `STATE_ROW_INVALID` when the value is no object.
   */
  constructor(kind: string, value: JsonValue) {
    this.#kind = kind;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.#invalid("is no object");
    }
    this.#fields = new Map(Object.entries(value));
  }

  /** @throws {FerryError} `STATE_ROW_INVALID`, as all methods here do. */
  text(field: string): string {
    const value = this.#fields.get(field);
    return typeof value === "string" ? value : this.#refuse(field);
  }

  oneOf<T extends string>(field: string, choices: readonly T[]): T {
    const text = this.text(field);
    return choices.find((choice) => choice === text) ?? this.#refuse(field);
  }

  digest(field: string): Digest {
    const text = this.text(field);
    return isDigest(text) ? text : this.#refuse(field);
  }

  number(field: string): number {
    const value = this.#fields.get(field);
    return typeof value === "number" ? value : this.#refuse(field);
  }

  flag(field: string): boolean {
    const value = this.#fields.get(field);
    return typeof value === "boolean" ? value : this.#refuse(field);
  }

  json(field: string): JsonValue {
    const value = this.#fields.get(field);
    return value === undefined ? this.#refuse(field) : value;
  }

  list(field: string): readonly JsonValue[] {
    const value = this.#fields.get(field);
    return Array.isArray(value) ? value : this.#refuse(field);
  }

  texts(field: string): readonly string[] {
    return this.list(field).map((entry) =>
      typeof entry === "string" ? entry : this.#refuse(field),
    );
  }

  optionalText(field: string): string | undefined {
    return this.#fields.get(field) === undefined ? undefined : this.text(field);
  }

  optionalNumber(field: string): number | undefined {
    return this.#fields.get(field) === undefined ? undefined : this.number(field);
  }

  optionalJson(field: string): JsonValue | undefined {
    return this.#fields.get(field);
  }

  #refuse(field: string): never {
    throw this.#invalid(`has no usable "${field}"`);
  }

  #invalid(what: string): FerryError {
    return new FerryError(`the stored record of ${this.#kind} ${what}`, {
      code: "STATE_ROW_INVALID",
      remedy: "giveUp",
      hint: "Another version of imageferry may have written it; start with fresh state.",
    });
  }
}
