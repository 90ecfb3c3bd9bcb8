import { expect, it } from "vitest";
import {
  countText,
  nounText,
  percentOf,
  percentText,
} from "../../../lib/web/dashboard/number-text.ts";

it("counts with thousands set apart and the right noun", () => {
  expect([countText(0), countText(5000), countText(1234567)]).toEqual(["0", "5,000", "1,234,567"]);
  expect([nounText(1, "tag"), nounText(5000, "tag")]).toEqual(["1 tag", "5,000 tags"]);
  expect(nounText(0, "policy", "policies")).toBe("0 policies");
});

it.each([
  [0, 0, "0 %"],
  [0, 10, "0 %"],
  [1, 5000, "< 1 %"],
  [4999, 5000, "99 %"],
  [5000, 5000, "100 %"],
  [1, 3, "33 %"],
])("%d of %d is %s", (part, whole, text) => {
  expect(percentText(part, whole)).toBe(text);
  expect(percentOf(part, whole)).toBeGreaterThanOrEqual(0);
});
