import { expect, it } from "vitest";
import { faultOf } from "./fault.ts";

const error = (name: string) => Object.assign(new Error(name), { name });

it.each([
  ["NotAllowedError", "blocked"],
  ["SecurityError", "blocked"],
  ["NotReadableError", "taken"],
  ["AbortError", "taken"],
  ["NotFoundError", "missing"],
  ["OverconstrainedError", "missing"],
] as const)("says of %s that the microphone is %s", (name, wanted) => {
  expect(faultOf(error(name))).toBe(wanted);
});
