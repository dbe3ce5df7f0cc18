import { expect, test } from "vitest";
import { isGood, nextSpan, runsOf, specialOf } from "./hours.ts";

test("a span ends after it begins and meets no other", () => {
  expect(isGood("09:00-12:00", ["12:00-18:00"])).toBe(true);
  expect(isGood("18:00-24:00", [])).toBe(true);
  expect(isGood("09:00-09:00", [])).toBe(false);
  expect(isGood("09:00-13:00", ["12:00-18:00"])).toBe(false);
  expect(isGood("9:00-12:00", [])).toBe(false);
});

test("one more span comes after the last, as long as the day has room", () => {
  expect(nextSpan([])).toBe("09:00-18:00");
  expect(nextSpan(["09:00-12:00"])).toBe("13:00-14:00");
  expect(nextSpan(["09:00-23:00"])).toBe("");
});

test("days that follow each other with the same hours are one run, and come back as days", () => {
  const special = {
    "2026-10-02": [],
    "2026-10-01": [],
    "2026-10-03": ["09:00-12:00"],
    "2026-12-31": ["09:00-12:00"],
  };
  const runs = runsOf(special);
  expect(runs).toEqual([
    { first: "2026-10-01", last: "2026-10-02", spans: [] },
    { first: "2026-10-03", last: "2026-10-03", spans: ["09:00-12:00"] },
    { first: "2026-12-31", last: "2026-12-31", spans: ["09:00-12:00"] },
  ]);
  expect(specialOf(runs)).toEqual(special);
});
