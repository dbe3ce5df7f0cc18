// A form for judging talks while it is written.

import type { FormDocument, FormRow, Question, Section } from "./rows.ts";

export function newQuestion(taken: readonly string[]): Question {
  return {
    name: freeName("question", taken),
    title: "",
    kind: "yes_no",
    points: 5,
    options: [],
    lowest: 1,
    highest: 5,
    required: true,
    may_not_apply: false,
    fails_all: [],
  };
}

export function newSection(taken: readonly string[], questions: readonly string[]): Section {
  return {
    name: freeName("section", taken),
    title: "",
    weight: 1,
    questions: [newQuestion(questions)],
  };
}

export function newForm(): FormDocument {
  return { name: "", title: "", sections: [newSection([], [])] };
}

/** What is sent of a form that was read. */
export function documentOf(form: FormRow): FormDocument {
  return { name: form.name, title: form.title, sections: form.sections };
}

/** The kind of a question is another: what only the old kind had goes. */
export function asKind(question: Question, kind: Question["kind"]): Question {
  const counts = kind === "yes_no" || kind === "scale";
  const options =
    kind === "choice"
      ? [
          { name: "good", title: "", points: 5 },
          { name: "bad", title: "", points: 0 },
        ]
      : [];
  return {
    ...question,
    kind,
    options,
    points: counts ? question.points || 5 : 0,
    required: kind !== "note",
    fails_all: [],
  };
}

/** The answers that can fail the whole talk. */
export function failingChoices(question: Question): (boolean | number | string)[] {
  switch (question.kind) {
    case "yes_no":
      return [true, false];
    case "choice":
      return question.options.map((one) => one.name);
    case "scale":
      return Array.from(
        { length: Math.max(0, question.highest - question.lowest + 1) },
        (_, n) => question.lowest + n,
      );
    case "note":
      return [];
  }
}

export function freeName(kind: string, taken: readonly string[]): string {
  let n = 1;
  while (taken.includes(`${kind}_${n}`)) n++;
  return `${kind}_${n}`;
}
