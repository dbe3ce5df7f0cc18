import { expect, test } from "vitest";
import { lastDays, queryOf } from "./span.ts";

test("the last days end with this minute", () => {
  expect(lastDays(1, 86_400_001)).toEqual([60_000, 86_460_000]);
});

test("a query names what is asked, and nothing that is empty", () => {
  expect(String(queryOf([1, 2], { by: "agent", campaign: "", queue: null }))).toBe(
    "from=1&to=2&by=agent",
  );
});
