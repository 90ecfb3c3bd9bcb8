import { checkSchema } from "./check-schema.ts";
import type { RegistryConfigs } from "./loaded-config.ts";
import { readDocument } from "./read-document.ts";
import { type RegistryContext, resolveRegistries } from "./registry-from-schema.ts";
import { registriesSchema } from "./registry-schema.ts";

/**
 * Loads a file of registry settings, host → settings (`--registries`).
 *
 * @throws {FerryError} what reading the file, checking and resolving it throws; `CA_UNREADABLE`
 * for a certificate that cannot be had.
 */
export async function loadRegistriesFile(context: RegistryContext): Promise<RegistryConfigs> {
  const document = await readDocument(context.file, context.read);
  return resolveRegistries(checkSchema(document, registriesSchema), context);
}
