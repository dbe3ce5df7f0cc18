import { expect, test } from "vitest";
import type { FormDocument, Question } from "./rows.ts";
import { points, score } from "./score.ts";

const question = (more: Partial<Question>): Question => ({
  name: "x",
  title: "X",
  kind: "yes_no",
  points: 0,
  options: [],
  lowest: 1,
  highest: 5,
  required: true,
  may_not_apply: false,
  fails_all: [],
  ...more,
});
const FORM: FormDocument = {
  name: "talk",
  title: "Talk",
  sections: [
    {
      name: "opening",
      title: "Opening",
      weight: 2,
      questions: [
        question({ name: "greeted", points: 5 }),
        question({ name: "tone", kind: "scale", points: 8 }),
      ],
    },
    {
      name: "rest",
      title: "Rest",
      weight: 1,
      questions: [
        question({
          name: "solved",
          kind: "choice",
          options: [
            { name: "all", title: "All", points: 10 },
            { name: "part", title: "Part", points: 4 },
          ],
        }),
        question({ name: "verified", points: 1, fails_all: [false], may_not_apply: true }),
        question({ name: "words", kind: "note", required: false }),
      ],
    },
  ],
};

test("points are weighed by section, and only answered questions count", () => {
  expect(score(FORM, { greeted: true, tone: 3 })).toEqual({
    points: 18,
    pointsMax: 26,
    failedBy: [],
    open: ["solved", "verified"],
  });
});

test("what does not apply is answered and counts nothing", () => {
  const found = score(FORM, {
    greeted: false,
    tone: 1,
    solved: "part",
    verified: null,
    words: "ok",
  });
  expect(found).toEqual({ points: 4, pointsMax: 36, failedBy: [], open: [] });
});

test("one answer can fail the whole talk", () => {
  const found = score(FORM, { greeted: true, tone: 5, solved: "all", verified: false });
  expect(found.points).toBe(0);
  expect(found.failedBy).toEqual(["verified"]);
});

test("points are written without needless places", () => {
  expect([points(4), points(2.5), points(1 / 3)]).toEqual(["4", "2.5", "0.33"]);
});
