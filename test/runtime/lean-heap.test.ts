import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";

const LITTER = fileURLToPath(new URL("litter.ts", import.meta.url));

const seenSchema = z.object({
  askedAtFirst: z.number(),
  litterMib: z.number(),
  leftMib: z.number(),
  asked: z.number(),
});

// In a process of its own: others in this one may have begun to keep its heap, and fill it.
test("old garbage is collected soon, and once is enough for a process", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", LITTER]);
  const seen = seenSchema.parse(JSON.parse(stdout));
  expect(seen.askedAtFirst).toBe(1);
  expect(seen.litterMib).toBeGreaterThan(40);
  expect(seen.leftMib).toBeLessThan(10);
  expect(seen.asked).toBeGreaterThan(1);
});
