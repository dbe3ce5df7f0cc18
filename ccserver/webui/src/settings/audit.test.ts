import { expect, test } from "vitest";
import { type AuditChange, fieldsOf, fits, signOf } from "./audit.ts";

const change = (more: Partial<AuditChange>): AuditChange => ({
  id: 1,
  at: 1000,
  who: "ada",
  kind: "queues",
  name: "sales",
  before: { weight: 1 },
  after: { weight: 2 },
  reason: "",
  ...more,
});
const ALL = { who: "", kind: "", text: "", span: null };

test("a change is told field by field", () => {
  expect(fieldsOf(change({}))).toEqual([{ field: "weight", before: "1", after: "2" }]);
  expect(fieldsOf(change({ kind: "skills", before: null, after: "English" }))).toEqual([
    { field: "skills", before: "–", after: "English" },
  ]);
});

test("what was not there is added, what is gone was deleted", () => {
  expect(signOf(change({ before: null }))).toBe("+");
  expect(signOf(change({ after: null }))).toBe("-");
  expect(signOf(change({}))).toBe("~");
});

test("rows are filtered by person, kind, words and time", () => {
  const row = change({});
  expect(fits(row, "Sales", ALL)).toBe(true);
  expect(fits(row, "Sales", { ...ALL, text: "sal" })).toBe(true);
  expect(fits(row, "Sales", { ...ALL, text: "service" })).toBe(false);
  expect(fits(row, "", { ...ALL, who: "bob" })).toBe(false);
  expect(fits(row, "", { ...ALL, kind: "agents" })).toBe(false);
  expect(fits(row, "", { ...ALL, span: [1000, 1001] })).toBe(true);
  expect(fits(row, "", { ...ALL, span: [0, 1000] })).toBe(false);
});
