import { expect, test } from "vitest";
import { askedOf, parametersOf, queryOf } from "./asked.ts";

const today = "2026-11-24";

test("an empty address asks for today's queues in half hours", () => {
  expect(askedOf({}, today)).toEqual({
    by: "queue",
    step: "30",
    from: today,
    to: today,
    names: [],
    withResolution: false,
  });
});

test("what is asked goes into the address and comes back", () => {
  const asked = askedOf(
    {
      by: "agent",
      step: "day",
      from: "2026-11-01",
      to: "2026-11-30",
      name: ["anna", "bo"],
      fcr: "true",
    },
    today,
  );
  expect(askedOf(queryOf(asked), today)).toEqual(asked);
  expect(askedOf({ name: "anna" }, today).names).toEqual(["anna"]);
});

test("nonsense in the address is as if it were not there, and a span never ends before it begins", () => {
  expect(askedOf({ by: "room", step: "7", from: "yesterday" }, today)).toEqual(askedOf({}, today));
  expect(askedOf({ from: "2026-11-20", to: "2026-11-10" }, today).to).toBe("2026-11-20");
});

test("the server is told instants, the zone, and each name", () => {
  const asked = askedOf({ from: "2026-11-23", to: "2026-11-23", name: ["a b", "c"] }, today);
  const told = new URLSearchParams(parametersOf(asked, "Asia/Shanghai", Date.parse(today)));
  expect(told.get("from")).toBe(String(Date.parse("2026-11-22T16:00:00Z")));
  expect(told.get("to")).toBe(String(Date.parse("2026-11-23T16:00:00Z")));
  expect(told.getAll("name")).toEqual(["a b", "c"]);
  expect(told.get("zone")).toBe("Asia/Shanghai");
});
