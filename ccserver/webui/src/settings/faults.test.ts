import { describe, expect, test } from "vitest";
import { faultsOf, toldAt, toldFaults } from "./faults.ts";
import type { Field } from "./schema.ts";

const number = (more: object): Field => ({
  kind: "number",
  isWhole: false,
  least: null,
  most: null,
  isOverLeast: false,
  ...more,
});
const text = (more: object): Field => ({
  kind: "text",
  pattern: null,
  lengthMin: 0,
  lengthMax: null,
  ...more,
});
const rules = (field: Field, value: unknown) => faultsOf(field, value).map((one) => one.rule);

describe("faults before sending", () => {
  test("numbers: empty, too small, too big, not whole", () => {
    expect(rules(number({ least: 1, most: 5 }), 3)).toEqual([]);
    expect(rules(number({}), null)).toEqual(["missing"]);
    expect(rules(number({ isNullable: true }), null)).toEqual([]);
    expect(rules(number({ least: 1 }), 0)).toEqual(["least"]);
    expect(rules(number({ least: 0, isOverLeast: true }), 0)).toEqual(["over"]);
    expect(rules(number({ most: 5 }), 6)).toEqual(["most"]);
    expect(rules(number({ isWhole: true }), 1.5)).toEqual(["whole"]);
  });

  test("values of a fixed number: each by its own rule, at its own place", () => {
    const field: Field = { kind: "tuple", items: [number({ isWhole: true }), text({})] };
    expect(faultsOf(field, [3, "why"])).toEqual([]);
    expect(faultsOf(field, [1.5, "why"])).toMatchObject([{ path: "0", rule: "whole" }]);
  });

  test("texts: length and pattern", () => {
    expect(rules(text({ lengthMin: 2 }), "a")).toEqual(["short"]);
    expect(rules(text({ lengthMin: 2 }), "")).toEqual(["missing"]);
    expect(rules(text({ lengthMax: 2 }), "abc")).toEqual(["long"]);
    expect(rules(text({ pattern: "^[a-z]+$" }), "A")).toEqual(["pattern"]);
    expect(rules(text({ pattern: "^[^\\x00-\\x1f\\x7f]*$" }), "销售")).toEqual([]);
    expect(rules(text({ pattern: "(" }), "left to the server")).toEqual([]);
  });

  test("stand at their place", () => {
    const field: Field = {
      kind: "group",
      parts: [
        {
          name: "rules",
          help: "",
          isRequired: false,
          usual: [],
          field: {
            kind: "rules",
            item: {
              kind: "group",
              parts: [
                { name: "share", help: "", isRequired: true, usual: 1, field: number({ most: 1 }) },
              ],
            },
          },
        },
      ],
    };
    expect(faultsOf(field, { rules: [{ share: 1 }, { share: 2 }] })).toEqual([
      { path: "rules.1.share", rule: "most", limit: 1 },
    ]);
  });
});

describe("faults that the server tells", () => {
  test("go to the field that they name", () => {
    const told = toldFaults("`queues.sales.hours`: there is no calendar `x`", "queues.sales");
    expect(told.get("hours")).toEqual(["there is no calendar `x`"]);
  });

  test("of another thing are told in full", () => {
    const told = toldFaults("`queues.other.hours`: is wrong", "queues.sales");
    expect(told.get("")).toEqual(["`queues.other.hours`: is wrong"]);
  });

  test("of the request's form, several in one sentence", () => {
    const told = toldFaults(
      "body.tries: too many; at most 10; body.title: too long",
      "queues.sales",
    );
    expect([...told.keys()]).toEqual(["tries", "title"]);
    expect(told.get("tries")).toEqual(["too many; at most 10"]);
  });

  test("that name nothing stand above the form", () => {
    expect(toldFaults("Something else.", "site").get("")).toEqual(["Something else."]);
  });

  test("within a field are told at the field", () => {
    const told = toldFaults("`site.a.b`: is wrong", "site");
    expect(toldAt(told, "a")).toEqual(["is wrong"]);
    expect(toldAt(told, "ab")).toEqual([]);
  });
});
