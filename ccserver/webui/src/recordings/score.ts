// What answers are worth while they are given: the server's rules, which has the last word
// (ccserver/core/evaluation.py).

import type { Answer, Answers, FormDocument, Question } from "./rows.ts";

export interface Score {
  /** 0 when the talk has failed. */
  readonly points: number;
  /** Of the questions that were answered and apply. */
  readonly pointsMax: number;
  /** The questions whose answers fail all. */
  readonly failedBy: readonly string[];
  /** Required questions without an answer. */
  readonly open: readonly string[];
}

export function questionsOf(form: FormDocument): Question[] {
  return form.sections.flatMap((section) => section.questions);
}

export function score(form: FormDocument, answers: Answers): Score {
  let [points, pointsMax] = [0, 0];
  for (const section of form.sections) {
    for (const question of section.questions) {
      const answer = answers[question.name];
      if (answer === undefined || answer === null) continue;
      points += section.weight * earned(question, answer);
      pointsMax += section.weight * possible(question);
    }
  }
  const questions = questionsOf(form);
  const failedBy = questions.filter((one) => {
    const answer = answers[one.name];
    return answer !== undefined && answer !== null && one.fails_all.includes(answer);
  });
  const open = questions.filter((one) => one.required && answers[one.name] === undefined);
  return {
    points: failedBy.length > 0 ? 0 : points,
    pointsMax,
    failedBy: failedBy.map((one) => one.name),
    open: open.map((one) => one.name),
  };
}

function earned(question: Question, answer: Exclude<Answer, null>): number {
  switch (question.kind) {
    case "yes_no":
      return answer === true ? question.points : 0;
    case "choice":
      return question.options.find((option) => option.name === answer)?.points ?? 0;
    case "scale":
      return (
        (question.points * (Number(answer) - question.lowest)) /
        (question.highest - question.lowest)
      );
    case "note":
      return 0;
  }
}

function possible(question: Question): number {
  switch (question.kind) {
    case "choice":
      return Math.max(...question.options.map((option) => option.points));
    case "note":
      return 0;
    default:
      return question.points;
  }
}

/** A number with no more places than it needs. */
export function points(value: number): string {
  return String(Number(value.toFixed(2)));
}
