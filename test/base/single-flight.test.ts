import { describe, expect, it } from "vitest";
import { SingleFlight } from "../../lib/base/single-flight.ts";

describe("SingleFlight", () => {
  it("shares one execution per key, and starts anew once it has settled", async () => {
    const flights = new SingleFlight<number>();
    let runs = 0;
    const task = async () => ++runs;
    const results = await Promise.all([
      flights.run("a", task),
      flights.run("a", task),
      flights.run("b", task),
    ]);
    expect(results).toEqual([1, 1, 2]);
    expect(await flights.run("a", task)).toBe(3);
  });

  it("gives a failure to everybody who joined, and does not keep it", async () => {
    const flights = new SingleFlight<string>();
    const fail = async () => {
      throw new Error("down");
    };
    const joined = [flights.run("a", fail), flights.run("a", async () => "unused")];
    for (const result of await Promise.allSettled(joined)) expect(result.status).toBe("rejected");
    expect(await flights.run("a", async () => "up")).toBe("up");
  });
});
