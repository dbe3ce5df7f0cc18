import { expect, test } from "vitest";
import { en as common } from "./common_en.ts";
import { en as desk } from "./desk_en.ts";
import { en as floor } from "./floor_en.ts";
import { en as flows } from "./flows_en.ts";
import { en as history } from "./history_en.ts";
import { en as phone } from "./phone_en.ts";
import { en as recordings } from "./recordings_en.ts";
import { en as settings } from "./settings_en.ts";
import { en as shell } from "./shell_en.ts";

test("no two books have the same word: the later would silently win everywhere", () => {
  const books = [common, desk, floor, flows, history, phone, recordings, settings, shell];
  const words = books.flatMap((book) => Object.keys(book));
  expect(words.filter((word, n) => words.indexOf(word) !== n)).toEqual([]);
});
