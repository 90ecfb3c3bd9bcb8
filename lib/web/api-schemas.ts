import * as z from "zod";

/** Schemas of requests and answers by the names under which openapi.json tells them. */
export const apiSchemas = z.registry<{ readonly id: string }>();
