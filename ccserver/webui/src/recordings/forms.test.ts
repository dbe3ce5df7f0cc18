import { expect, test } from "vitest";
import { asKind, failingChoices, freeName, newForm, newQuestion } from "./forms.ts";

test("a new form has a section with a question that earns points", () => {
  const [section] = newForm().sections;
  expect(section?.questions[0]).toMatchObject({ name: "question_1", kind: "yes_no", points: 5 });
});

test("names are never given twice", () => {
  expect(freeName("question", ["question_1", "question_2"])).toBe("question_3");
});

test("a note earns and fails nothing; a choice has its points at the options", () => {
  const asked = { ...newQuestion([]), fails_all: [false] };
  expect(asKind(asked, "note")).toMatchObject({ points: 0, fails_all: [], required: false });
  const choice = asKind(asked, "choice");
  expect(choice.points).toBe(0);
  expect(choice.options).toHaveLength(2);
  expect(asKind(choice, "scale")).toMatchObject({ points: 5, options: [] });
});

test("any answer of a question may fail all, save a note's", () => {
  const asked = newQuestion([]);
  expect(failingChoices(asked)).toEqual([true, false]);
  expect(failingChoices({ ...asked, kind: "scale", lowest: 0, highest: 2 })).toEqual([0, 1, 2]);
  expect(failingChoices(asKind(asked, "choice"))).toEqual(["good", "bad"]);
  expect(failingChoices(asKind(asked, "note"))).toEqual([]);
});
