import { describe, expect, test } from "vitest";
import {
  type Answers,
  answersOn,
  arranged,
  courseOf,
  isAnswered,
  marksOf,
  type Question,
  type Questionnaire,
  textOf,
} from "./questionnaire.ts";

const plain = {
  text: { zh: "？", en: "?" },
  required: true,
  options: [],
  lowest: 1,
  highest: 5,
  scale: "plain",
  goto_below: null,
  goto: null,
} as const;
const option = (name: string, goto: string | null = null) => ({ name, text: { en: name }, goto });
const again: Question = {
  ...plain,
  name: "again",
  kind: "single",
  options: [option("yes"), option("no", "why")],
};
const mark: Question = { ...plain, name: "mark", kind: "rating", goto_below: [3, "why"] };
const visits: Question = { ...plain, name: "visits", kind: "number", goto: "end" };
const why: Question = { ...plain, name: "why", kind: "text", required: false };
const FORM: Questionnaire = { title: "", questions: [again, mark, visits, why] };

const names = (answers: Answers, form = FORM) =>
  courseOf(form, answers).questions.map((one) => one.name);

describe("the course of a questionnaire", () => {
  test("stops at a branch until it is decided", () => {
    expect(names({})).toEqual(["again"]);
    expect(courseOf(FORM, {})).toMatchObject({ missing: ["again"], isDone: false });
  });

  test("goes where an option leads, and past what lies between", () => {
    expect(names({ again: "no" })).toEqual(["again", "why"]);
    expect(courseOf(FORM, { again: "no" }).isDone).toBe(true);
    expect(names({ again: "yes" })).toEqual(["again", "mark"]);
  });

  test("goes by a mark below the limit, and ends where it is said", () => {
    expect(names({ again: "yes", mark: 2 })).toEqual(["again", "mark", "why"]);
    expect(names({ again: "yes", mark: 3 })).toEqual(["again", "mark", "visits"]);
    const open = courseOf(FORM, { again: "yes", mark: 3 });
    expect(open).toMatchObject({ missing: ["visits"], isDone: false });
    expect(courseOf(FORM, { again: "yes", mark: 3, visits: 0 }).isDone).toBe(true);
  });

  test("a choice of several goes by the first of them that leads somewhere", () => {
    const several: Question = { ...again, kind: "multiple" };
    const form = { ...FORM, questions: [several, mark, visits, why] };
    expect(names({ again: ["yes", "no"] }, form)).toEqual(["again", "why"]);
    expect(names({ again: ["yes"] }, form)).toEqual(["again", "mark"]);
    expect(names({ again: [] }, form)).toEqual(["again"]);
  });

  test("what need not be answered stops nobody", () => {
    const form = { ...FORM, questions: [{ ...again, required: false }, mark] };
    expect(names({}, form)).toEqual(["again", "mark"]);
  });

  test("a text that happens to be an option's name leads nowhere", () => {
    const form = { ...FORM, questions: [{ ...again, kind: "text" as const }, mark] };
    expect(names({ again: "no" }, form)).toEqual(["again", "mark"]);
  });

  test("answers that a branch has left out since are not sent", () => {
    const answers = { again: "no", mark: 5, why: "  " };
    expect(answersOn(courseOf(FORM, answers), answers)).toEqual({ again: "no" });
  });
});

test("questions and options stand in the customer's order", () => {
  const form = arranged(FORM, { order: ["why", "again"], options: { again: ["no", "yes"] } });
  expect(form.questions.map((one) => one.name)).toEqual(["why", "again", "mark", "visits"]);
  expect(form.questions[1]?.options.map((one) => one.name)).toEqual(["no", "yes"]);
});

test("what counts as an answer", () => {
  expect([0, "x", ["x"]].every(isAnswered)).toBe(true);
  expect([undefined, " ", []].some(isAnswered)).toBe(false);
});

test("marks and texts", () => {
  expect(marksOf({ ...mark, lowest: 0, highest: 10 })).toHaveLength(11);
  expect(textOf({ zh: "好", en: "good" }, "en")).toBe("good");
  expect(textOf({ zh: "好" }, "en")).toBe("好");
  expect(textOf({}, "en")).toBe("");
});
