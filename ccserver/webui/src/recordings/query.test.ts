import { expect, test } from "vitest";
import { noFilters, queryOf } from "./query.ts";

test("what is left out is not asked for", () => {
  expect(queryOf(noFilters(), null, 50).toString()).toBe("limit=50");
});

test("each filter is asked for by the server's name", () => {
  const query = queryOf(
    {
      ...noFilters(),
      span: [0, 60_000],
      agent: " anna ",
      tags: ["angry", "vip"],
      lengthMin: 10,
      fault: true,
    },
    "next",
    20,
  );
  expect(Object.fromEntries(query)).toEqual({
    limit: "20",
    from: "1970-01-01T00:00:00.000Z",
    until: "1970-01-01T00:01:00.000Z",
    agent: "anna",
    tag: "vip",
    length_min: "10",
    fault: "true",
    after: "next",
  });
  expect(query.getAll("tag")).toEqual(["angry", "vip"]);
});
