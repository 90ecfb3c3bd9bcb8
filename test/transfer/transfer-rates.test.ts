import { expect, it } from "vitest";
import { TransferRates } from "../../lib/transfer/transfer-rates.ts";

const MIB = 1024 ** 2;
const ROUTE = { source: "source.test", target: "target.test" };

it("takes a line to be as fast as all of its streams together", async () => {
  const rates = new TransferRates();
  await rates.during(MIB, () =>
    rates.during(MIB, async () => {
      rates.observe(ROUTE, MIB, 1000);
    }),
  );
  expect(rates.speedOf(ROUTE)).toEqual({ stream: MIB / 1000, line: (2 * MIB) / 1000 });
});

it("counts no stream that has ended or failed, and none that is small", async () => {
  const rates = new TransferRates();
  const failure = new Error("gone");
  await expect(rates.during(MIB, () => Promise.reject(failure))).rejects.toBe(failure);
  await rates.during(1000, async () => rates.observe(ROUTE, MIB, 1000));
  expect(rates.speedOf(ROUTE).line).toBe(MIB / 1000);
});

it("learns by half", () => {
  const rates = new TransferRates();
  rates.observe(ROUTE, MIB, 1000);
  rates.observe(ROUTE, 3 * MIB, 1000);
  expect(rates.of(ROUTE)).toBe((2 * MIB) / 1000);
});
