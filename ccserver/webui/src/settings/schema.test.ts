import { describe, expect, test } from "vitest";
import { type Book, begunOf, emptyOf, fieldOf, filled, type GroupField } from "./schema.ts";

// As FastAPI writes them.
export const BOOK: Book = {
  Fit: { enum: ["ignored", "preferred", "required"], type: "string" },
  Tier: { enum: ["platinum", "gold"], type: "string" },
  TargetForm: {
    type: "object",
    properties: {
      share: { type: "number", exclusiveMinimum: 0, maximum: 1 },
      seconds: { type: "number", exclusiveMinimum: 0, maximum: 3600 },
    },
    required: ["share", "seconds"],
  },
  CallbackForm: {
    type: "object",
    properties: {
      offered: { type: "boolean", default: false },
      tries: { type: "integer", minimum: 1, maximum: 10, default: 3 },
    },
  },
  QueueForm: {
    type: "object",
    properties: {
      title: { type: "string", maxLength: 8, default: "", description: "As people\nread it." },
      required: {
        type: "object",
        patternProperties: { "^[a-z]+$": { type: "integer", minimum: 1, maximum: 5 } },
        default: {},
      },
      language: { $ref: "#/components/schemas/Fit", default: "preferred" },
      targets: {
        type: "object",
        additionalProperties: { $ref: "#/components/schemas/TargetForm" },
        propertyNames: { $ref: "#/components/schemas/Tier" },
        default: {},
      },
      hours: { anyOf: [{ type: "string", pattern: "^[a-z]+$" }, { type: "null" }] },
      callback: {
        $ref: "#/components/schemas/CallbackForm",
        default: { offered: false, tries: 3 },
      },
      steps: { type: "array", items: { $ref: "#/components/schemas/TargetForm" }, default: [] },
      names: { type: "array", items: { type: "string" }, default: [] },
    },
  },
};

const queue = fieldOf(BOOK, { $ref: "#/components/schemas/QueueForm" }) as GroupField;
const part = (name: string) => queue.parts.find((one) => one.name === name);

describe("a schema as fields", () => {
  test("keeps bounds, choices and what may be left out", () => {
    expect(part("title")?.field).toEqual({
      kind: "text",
      pattern: null,
      lengthMin: 0,
      lengthMax: 8,
    });
    expect(part("title")?.help).toBe("As people read it.");
    expect(part("language")?.field).toMatchObject({ kind: "choice" });
    expect(part("hours")?.field).toMatchObject({ kind: "text", isNullable: true });
  });

  test("tells tables, lists and lists of objects apart", () => {
    expect(part("required")?.field).toMatchObject({
      kind: "table",
      key: { kind: "text", pattern: "^[a-z]+$" },
      value: { kind: "number", isWhole: true, least: 1, most: 5 },
    });
    expect(part("targets")?.field).toMatchObject({
      kind: "table",
      key: { kind: "choice", options: ["platinum", "gold"] },
      value: { kind: "group" },
    });
    expect(part("steps")?.field.kind).toBe("rules");
    expect(part("names")?.field.kind).toBe("list");
  });

  test("a new thing has what is usual, also deep in it", () => {
    expect(emptyOf(queue)).toEqual({
      title: "",
      required: {},
      language: "preferred",
      targets: {},
      hours: null,
      callback: { offered: false, tries: 3 },
      steps: [],
      names: [],
    });
  });

  test("what was read keeps its values, and gets the fields that it lacks", () => {
    const read = filled(queue, { title: "Sales", callback: { offered: true }, later: 1 });
    expect(read).toMatchObject({ title: "Sales", callback: { offered: true, tries: 3 }, later: 1 });
  });

  test("a number that must be more than its least begins empty", () => {
    expect(emptyOf(fieldOf(BOOK, { $ref: "#/x/TargetForm" }))).toEqual({
      share: null,
      seconds: null,
    });
  });

  test("values of a fixed number, each of its kind, begin with nothing", () => {
    const prefixItems = [{ type: "integer" }, { type: "string", pattern: "^x$" }];
    const field = fieldOf(BOOK, { anyOf: [{ type: "array", prefixItems }, { type: "null" }] });
    expect(field).toMatchObject({
      kind: "tuple",
      isNullable: true,
      items: [
        { kind: "number", isWhole: true },
        { kind: "text", pattern: "^x$" },
      ],
    });
    expect(emptyOf(field)).toBeNull();
    expect(begunOf(field)).toEqual([null, ""]);
  });
});
