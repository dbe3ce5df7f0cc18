import { expect, test } from "vitest";
import { csv } from "./csv.ts";

test("quotes, commas and line breaks are kept", () => {
  expect(
    csv([
      ["a", 'say "yes"'],
      ["1,5", "two\nlines"],
    ]),
  ).toBe('\ufeffa,"say ""yes"""\r\n"1,5","two\nlines"\r\n');
});

test("nothing is a formula, and a number stays one", () => {
  expect(csv([["=1+1", "-5", "@x", "+86"]])).toBe("\ufeff'=1+1,-5,'@x,+86\r\n");
});
