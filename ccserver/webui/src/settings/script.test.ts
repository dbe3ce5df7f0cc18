import { expect, test } from "vitest";
import { unknownPlaceholders } from "./script.ts";

test("placeholders that nothing is filled in for are named once", () => {
  expect(unknownPlaceholders("{name} {town} { town } {tier} {} {")).toEqual(["town"]);
});
