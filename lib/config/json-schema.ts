import * as z from "zod";
import { configSchema } from "./schema.ts";

/**
 * The JSON Schema (draft 2020-12) of imageferry.yaml, for editors; `docs/config.schema.json` is
 * made of it.
 */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: "input", target: "draft-2020-12" });
}
