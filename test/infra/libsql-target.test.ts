import { createRequire } from "node:module";
import { expect, it } from "vitest";
import * as standIn from "../../infra/libsql-target.ts";

const requireByLibsql = createRequire(createRequire(import.meta.url).resolve("libsql"));

interface NeonLoad {
  currentTarget(): string;
}

interface DetectLibc {
  readonly GLIBC: string;
  readonly MUSL: string;
  familySync(): string | null;
}

it("names the native package that libsql would find by itself", () => {
  const neon: NeonLoad = requireByLibsql("@neon-rs/load");
  expect(standIn.currentTarget()).toBe(neon.currentTarget());
});

it("tells the C library as libsql would", () => {
  const libc: DetectLibc = requireByLibsql("detect-libc");
  expect([standIn.GLIBC, standIn.MUSL]).toEqual([libc.GLIBC, libc.MUSL]);
  expect(standIn.familySync() ?? null).toBe(libc.familySync());
});
