import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, parseBytes, parseDurationMs } from "../../lib/base/units.ts";

describe("units", () => {
  it.each([
    ["4096", 4096],
    ["64MiB", 64 * 1024 ** 2],
    ["1.5 KiB", 1536],
    ["10MB", 10_000_000],
    ["2g", 2_000_000_000],
    [" 7 b ", 7],
  ])("reads %s as bytes", (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5m", 90_000],
    ["6h", 21_600_000],
    ["2D", 172_800_000],
  ])("reads %s as a duration", (text, milliseconds) => {
    expect(parseDurationMs(text)).toBe(milliseconds);
  });

  it.each(["", "MiB", "-1", "1e9", "10XB", "1 2"])("refuses %j and says what is wanted", (text) => {
    expect(() => parseBytes(text)).toThrow(
      expect.objectContaining({ code: "UNIT_INVALID", remedy: "fixInput" }),
    );
  });

  it("refuses a duration without its unit", () => {
    expect(() => parseDurationMs("30")).toThrow(/"30" is not a duration/);
  });

  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KiB"],
    [5 * 1024 ** 4, "5.0 TiB"],
    [5000 * 1024 ** 4, "5000.0 TiB"],
  ])("shows %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [850, "850 ms"],
    [12_300, "12.3 s"],
    [245_000, "4m 05s"],
  ])("shows %d ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
