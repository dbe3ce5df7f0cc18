import { expect, test } from "vitest";
import { filledIn, unknownPlaceholders } from "./script.ts";

test("known placeholders are filled in, others stay", () => {
  expect(filledIn("Hello {name} of {town}", { name: "Li Na" })).toBe("Hello Li Na of {town}");
  expect(unknownPlaceholders("{name} {town} {town} {tier}")).toEqual(["town"]);
});
