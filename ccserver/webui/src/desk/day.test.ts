import { expect, it } from "vitest";
import { dayStart } from "./day.ts";

it("is midnight on the site's clock, wherever the agent sits", () => {
  const now = Date.UTC(2026, 6, 31, 20, 15, 30, 500);
  expect(dayStart(now, "UTC")).toBe(Date.UTC(2026, 6, 31));
  expect(dayStart(now, "Asia/Shanghai")).toBe(Date.UTC(2026, 6, 31, 16));
});
