import * as z from "zod";

/** An id of a run or a task as we make them; longer ones are not ours. */
export const id = z.string().min(1).max(256).meta({ description: "Id of a run or a task." });
