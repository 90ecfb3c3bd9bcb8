import { InvalidArgumentError } from "commander";
import { isRegistryName } from "../../oci/reference.ts";

/** Reads a whole number of at least `least`; commander names the flag when it refuses. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least)) {
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** Collects the values of a flag that may be given again, each a comma list itself. */
export function commaList(text: string, before: readonly string[] | undefined): readonly string[] {
  const values = text.split(",").map((value) => value.trim());
  if (values.some((value) => value === "")) {
    throw new InvalidArgumentError("It has an empty entry.");
  }
  return [...(before ?? []), ...values];
}

/** Collects registries, each `host[:port]`. */
export function registryList(text: string, before: readonly string[] | undefined) {
  const values = commaList(text, before);
  if (values.every(isRegistryName)) return values;
  throw new InvalidArgumentError("A registry is host or host:port, without scheme and path.");
}

/** Collects platforms, each `os/architecture[/variant]`. */
export function platformList(text: string, before: readonly string[] | undefined) {
  for (const platform of text.split(",")) {
    if (/^\s*\w+\/\w+(?:\/\w+)?\s*$/.test(platform)) continue;
    throw new InvalidArgumentError("A platform is os/architecture or os/architecture/variant.");
  }
  return commaList(text, before);
}

/** Collects the values of a flag that may be given again; commas are part of a value. */
export function repeated(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
