import { expect, test } from "vitest";
import { compared, faultsIn, stretches } from "./lines.ts";

const signs = (before: string, after: string) =>
  compared(before, after).map((line) => `${line.sign}${line.text}`);

test("lines that came and went are told apart from those that stayed", () => {
  expect(signs("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
  expect(signs("a", "a\nb")).toEqual([" a", "+b"]);
  expect(signs("a\nb", "b")).toEqual(["-a", " b"]);
});

test("a long run of the same stands apart from what changed", () => {
  const same = Array.from({ length: 10 }, (_, n) => `line ${n}`).join("\n");
  const found = stretches(compared(`${same}\nold`, `${same}\nnew`), 2);
  expect(found.map((one) => [one.isSame, one.lines.length])).toEqual([
    [true, 8],
    [false, 4],
  ]);
});

test("texts that are the same have one stretch, and none that changed", () => {
  expect(stretches(compared("a\nb", "a\nb")).map((one) => one.isSame)).toEqual([true]);
});

test("faults name their line", () => {
  expect(faultsIn("line 12: no such step\n\nmain:3: no prompt\nno line")).toEqual([
    { line: 12, text: "line 12: no such step" },
    { line: 3, text: "main:3: no prompt" },
    { line: null, text: "no line" },
  ]);
});
