import { expect, test } from "vitest";
import { ANYBODY, filterOf, leadsInOrder, progressOf } from "./lists.ts";

test("how far an import is", () => {
  const list = { state: "importing", rows_read: 250, rows_total: 1000 } as const;
  expect(progressOf(list)).toBe(25);
  expect(progressOf({ ...list, rows_read: 1001 })).toBe(100);
  expect(progressOf({ ...list, rows_total: 0 })).toBeNull();
  expect(progressOf({ ...list, state: "ready" })).toBe(100);
});

test("leads that are to be called come first, states that nobody is in not at all", () => {
  const leads = { completed: 3, new: 5, dnc: 0, retry: 1 };
  expect(leadsInOrder(leads)).toEqual([
    ["new", 5],
    ["retry", 1],
    ["completed", 3],
  ]);
});

test("a filter says only what matters", () => {
  expect(filterOf(ANYBODY, 0)).toEqual({
    of: "customers",
    bought_months: null,
    tiers: [],
    regions: [],
    kinds: [],
    closed_from: null,
    most: null,
  });
  expect(
    filterOf({ ...ANYBODY, boughtFrom: 11, kinds: ["repair"], closedDays: 1 }, 0),
  ).toMatchObject({ bought_months: [11, 1200], kinds: [], closed_from: null });
  expect(filterOf({ ...ANYBODY, boughtFrom: 12, boughtTo: 11 }, 0).bought_months).toEqual([12, 12]);
});

test("closed tickets are those of the last days", () => {
  const asked = { ...ANYBODY, of: "tickets", kinds: ["repair"], closedDays: 1 } as const;
  expect(filterOf(asked, 86_400_000)).toMatchObject({ kinds: ["repair"], closed_from: 0 });
});
