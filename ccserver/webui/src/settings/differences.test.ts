import { expect, test } from "vitest";
import { differences, written } from "./differences.ts";

test("groups are compared field by field, lists as one", () => {
  expect(differences({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: 1, c: 3 }, d: [1, 2] })).toEqual([
    { path: "a.c", before: 2, after: 3 },
    { path: "d", before: [1], after: [1, 2] },
  ]);
});

test("what comes and goes differs from nothing; null is nothing", () => {
  expect(differences({ a: 1, n: null }, { b: 2 })).toEqual([
    { path: "a", before: 1, after: undefined },
    { path: "b", before: undefined, after: 2 },
  ]);
  expect(differences(null, "title")).toEqual([{ path: "", before: undefined, after: "title" }]);
});

test("values are written for people", () => {
  expect([undefined, [], ["a", "b"], false, { a: 1 }].map(written)).toEqual([
    "–",
    "[]",
    "a, b",
    "false",
    '{"a":1}',
  ]);
});
