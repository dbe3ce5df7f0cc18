import { expect, test } from "vitest";
import { columnsFor, pagesOf, perPage } from "./wall.ts";

test("a large screen holds twelve queues, a small one fewer", () => {
  expect(perPage(1920, 1080)).toBe(12);
  expect(perPage(1280, 720)).toBe(4);
  expect(perPage(300, 200)).toBe(1);
});

test("few queues are drawn as large as they can be", () => {
  expect(columnsFor(1, 1920)).toBe(1);
  expect(columnsFor(4, 1920)).toBe(2);
  expect(columnsFor(12, 1920)).toBe(4);
  expect(columnsFor(12, 900)).toBe(2);
});

test("what does not fit goes to the next page", () => {
  expect(pagesOf(["a", "b", "c"], 2)).toEqual([["a", "b"], ["c"]]);
  expect(pagesOf([], 2)).toEqual([[]]);
});
