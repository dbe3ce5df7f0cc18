import { expect, test } from "vitest";
import type { Preview } from "../messages.ts";
import { leftOf, percentLeft } from "./preview.ts";

const PREVIEW = { until_at: 60_000 } as Preview;

test("the count ends at nought, and there is none without an end", () => {
  expect(leftOf(PREVIEW, 45_000)).toBe(15_000);
  expect(leftOf(PREVIEW, 61_000)).toBe(0);
  expect(leftOf({ ...PREVIEW, until_at: null }, 0)).toBeNull();
});

test("what is left is a share of the whole, never more than all", () => {
  expect(percentLeft(15_000, 60_000)).toBe(25);
  expect(percentLeft(61_000, 60_000)).toBe(100);
  expect(percentLeft(null, 60_000)).toBe(0);
  expect(percentLeft(10, 0)).toBe(0);
});
