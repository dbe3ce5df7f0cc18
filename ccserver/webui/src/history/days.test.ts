import { expect, test } from "vitest";
import { addDays, dayOf, daysOf, midnight, spanOf } from "./days.ts";

const HOUR = 3_600_000;

test("a day begins at midnight on the site's clock", () => {
  expect(midnight("2026-11-24", "Asia/Shanghai")).toBe(Date.parse("2026-11-23T16:00:00Z"));
  expect(dayOf(Date.parse("2026-11-23T16:00:00Z"), "Asia/Shanghai")).toBe("2026-11-24");
  expect(dayOf(Date.parse("2026-11-23T15:59:59.999Z"), "Asia/Shanghai")).toBe("2026-11-23");
});

test("the days on which clocks change are 23 and 25 hours long", () => {
  const zone = "Europe/Berlin";
  const length = (day: string) => (midnight(addDays(day, 1), zone) - midnight(day, zone)) / HOUR;
  expect(length("2026-03-28")).toBe(24);
  expect(length("2026-03-29")).toBe(23);
  expect(length("2026-10-25")).toBe(25);
  expect(midnight("2026-03-29", zone)).toBe(Date.parse("2026-03-28T23:00:00Z"));
  expect(midnight("2026-10-26", zone)).toBe(Date.parse("2026-10-25T23:00:00Z"));
});

test("days are counted over the ends of months and years", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
});

test("weeks begin on Monday, and months on the first", () => {
  const tuesday = "2026-11-24";
  expect(daysOf("today", tuesday)).toEqual({ from: tuesday, to: tuesday });
  expect(daysOf("yesterday", "2026-12-01")).toEqual({ from: "2026-11-30", to: "2026-11-30" });
  expect(daysOf("thisWeek", tuesday)).toEqual({ from: "2026-11-23", to: tuesday });
  expect(daysOf("thisWeek", "2026-11-29").from).toBe("2026-11-23");
  expect(daysOf("lastWeek", tuesday)).toEqual({ from: "2026-11-16", to: "2026-11-22" });
  expect(daysOf("thisMonth", tuesday)).toEqual({ from: "2026-11-01", to: tuesday });
  expect(daysOf("lastMonth", "2027-01-15")).toEqual({ from: "2026-12-01", to: "2026-12-31" });
});

test("nothing is asked of the time to come", () => {
  const now = Date.parse("2026-11-24T05:00:00Z");
  const today = { from: "2026-11-24", to: "2026-11-24" };
  expect(spanOf(today, "UTC", now)).toEqual({ from: Date.parse("2026-11-24"), to: now });
  const past = { from: "2026-11-22", to: "2026-11-23" };
  expect(spanOf(past, "UTC", now).to).toBe(Date.parse("2026-11-24"));
});
