import * as z from "zod";

/** Text; a number such as a tag `1.25` counts as the text it is written as. */
export const text = z
  .union([z.string().min(1), z.number()], "text is expected")
  .transform(String)
  .meta({ description: "text" });
