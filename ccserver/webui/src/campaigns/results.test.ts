import { expect, test } from "vitest";
import type { Question } from "../desk/questionnaire.ts";
import { barsOf, type Estimate, placeOf, type QuestionResult, written } from "./results.ts";

const estimate = (value: number): Estimate => ({
  value,
  low: value,
  high: value,
  count: 100,
  small: false,
});
const TITLES = { csat: "CSAT", nps: "NPS", mean: "Mean", option: (name: string) => `<${name}>` };
const FOUND: QuestionResult = {
  question: "mark",
  kind: "rating",
  scale: "csat",
  answered: 100,
  choices: [{ answer: "5", count: 40, share: estimate(0.4) }],
  mean: estimate(4.1),
  csat: estimate(0.8),
  nps: null,
};

test("the figures of a question, the most telling first", () => {
  const asked = { lowest: 1, highest: 5 } as Question;
  expect(barsOf(FOUND, asked, TITLES).map((bar) => [bar.title, bar.lowest, bar.highest])).toEqual([
    ["CSAT", 0, 1],
    ["Mean", 1, 5],
    ["<5>", 0, 1],
  ]);
  const nps = barsOf({ ...FOUND, csat: null, mean: null, nps: estimate(31) }, undefined, TITLES);
  expect(nps[0]).toMatchObject({ title: "NPS", lowest: -100, highest: 100, unit: "points" });
});

test("a bar stands where its value is, and within the line", () => {
  expect(placeOf(0, -100, 100)).toBe(50);
  expect(placeOf(-200, -100, 100)).toBe(0);
  expect(placeOf(2, 0, 1)).toBe(100);
  expect(placeOf(1, 1, 1)).toBe(0);
});

test("values as people read them", () => {
  expect(written(0.805, "share")).toBe("80.5 %");
  expect(written(-12.4, "points")).toBe("-12");
  expect(written(4.126, "mean")).toBe("4.13");
});
