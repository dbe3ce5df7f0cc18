import { expect, test } from "vitest";
import { fieldOfKind, offered, pathOf } from "./kinds.ts";
import type { Book } from "./schema.ts";

const BOOK: Book = {
  TitleForm: { type: "object", properties: { title: { type: "string", default: "" } } },
  ScriptForm: { type: "object", properties: { text: { type: "string", default: "" } } },
  SiteForm: { type: "object", properties: { spare_agents: { type: "integer", default: 1 } } },
  ConfigForm: {
    type: "object",
    properties: {
      site: { $ref: "#/components/schemas/SiteForm", default: {} },
      skills: { type: "object", patternProperties: { "^x$": { type: "string" } } },
      scripts: {
        type: "object",
        patternProperties: { "^x$": { $ref: "#/components/schemas/ScriptForm" } },
      },
    },
  },
};

test("each kind has the form of its things", () => {
  expect(fieldOfKind(BOOK, "skills")).toMatchObject({ parts: [{ name: "title" }] });
  expect(fieldOfKind(BOOK, "scripts")).toMatchObject({ parts: [{ name: "text" }] });
  expect(fieldOfKind(BOOK, "site")).toMatchObject({ parts: [{ name: "spare_agents" }] });
  expect(fieldOfKind(BOOK, "thresholds")).toBeNull();
});

test("kinds of which there is one have no name in their path", () => {
  expect(pathOf("site", "")).toBe("/api/config/site");
  expect(pathOf("agents", "a/b")).toBe("/api/config/agents/a%2Fb");
});

test("fields that name things offer those", () => {
  const config = { skills: { english: "English" }, queues: { sales: { title: "Sales" } } };
  expect(offered("required", config)?.names).toEqual([{ name: "english", title: "English" }]);
  expect(offered("queues", config)?.names).toEqual([{ name: "sales", title: "Sales" }]);
  const dispositions = { sold: { title: "Sold" } };
  expect(offered("result", { dispositions })?.names).toContainEqual({
    name: "sold",
    title: "Sold",
  });
  expect(offered("result", {})?.names).toContainEqual({ name: "busy", title: "" });
  expect(offered("team", config)).toEqual({ names: [], isOpen: false });
  expect(offered("tries", config)).toBeNull();
});
