import { afterEach, beforeEach } from "vitest";
import "../support/tried.ts";

// Beside other tests the simulation lasts as long as those leave it: what it takes is told as CPU
// time. Each of its processes runs one test at a time.

let before = process.cpuUsage();

beforeEach(() => {
  before = process.cpuUsage();
});

afterEach(({ task }) => {
  const { user, system } = process.cpuUsage(before);
  const seconds = Math.round((user + system) / 1e6);
  task.meta.tried = { ...task.meta.tried, "CPU seconds of simulation": seconds };
});
