import { expect, it } from "vitest";
import { about } from "./refusals.ts";

it("knows whom a refusal is about", () => {
  expect(about("bob is busy: choose somebody else, or try again later.")?.who).toBe("bob");
  expect(about("bob's phone cannot be reached: choose somebody else.")?.who).toBe("bob");
  expect(about("You have no talk.")).toBeNull();
});
