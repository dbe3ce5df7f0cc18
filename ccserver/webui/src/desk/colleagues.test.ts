import { expect, it } from "vitest";
import { matching } from "./colleagues.ts";
import type { Colleague } from "./rows.ts";

const bob: Colleague = {
  agent: "bob",
  name: "Bob",
  phone: "1002",
  work: "paused",
  since_at: 0,
  presence: "paused",
  reason: "lunch",
  skills: ["fiber"],
  team: null,
  queues: [],
};
const cara: Colleague = {
  ...bob,
  agent: "cara",
  name: "Cara",
  work: "available",
  skills: { english: 5 },
};
const home: Colleague = { ...bob, agent: "dan", name: "Dan", work: "logged_out" };
const all = [bob, cara, home];
const any = { words: "", skill: "", without: "" };
const names = (wanted: typeof any) => matching(all, wanted).map((one) => one.agent);

it("shows those first who could talk now, and nobody who went home", () => {
  expect(names(any)).toEqual(["cara", "bob"]);
});

it("leaves out the agent who asks", () => {
  expect(names({ ...any, without: "cara" })).toEqual(["bob"]);
});

it("goes by name, phone and skill", () => {
  expect(names({ ...any, words: " CAR" })).toEqual(["cara"]);
  expect(names({ ...any, words: "1002" })).toEqual(["cara", "bob"]);
  expect(names({ ...any, skill: "fiber" })).toEqual(["bob"]);
  expect(names({ ...any, skill: "english" })).toEqual(["cara"]);
});
