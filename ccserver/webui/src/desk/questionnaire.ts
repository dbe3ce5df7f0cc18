// A questionnaire as it is asked: which questions come, in which order, and what is still open.

export type Text = Readonly<Record<string, string>>;

export interface Option {
  readonly name: string;
  readonly text: Text;
  readonly goto: string | null;
}

export interface Question {
  readonly name: string;
  readonly kind: "single" | "multiple" | "rating" | "number" | "text";
  readonly text: Text;
  readonly required: boolean;
  readonly options: readonly Option[];
  readonly lowest: number;
  readonly highest: number;
  readonly scale: "plain" | "csat" | "nps";
  /** An answer below the first leads to the second. */
  readonly goto_below: readonly [number, string] | null;
  readonly goto: string | null;
}

export interface Questionnaire {
  readonly title: string;
  readonly questions: readonly Question[];
}

/** In which order one customer is asked, and shown what he can choose. */
export interface Orders {
  readonly order: readonly string[];
  readonly options: Readonly<Record<string, readonly string[]>>;
}

/** A name, names, a number, or a text. */
export type Answer = string | readonly string[] | number;
export type Answers = Readonly<Record<string, Answer>>;

const END = "end";

/** In the person's language, else in any. */
export function textOf(text: Text, language: string): string {
  return text[language] ?? Object.values(text)[0] ?? "";
}

/** In this customer's order. What the orders do not name comes last. */
export function arranged(form: Questionnaire, orders: Orders): Questionnaire {
  const questions = inOrder(form.questions, orders.order).map((one) => ({
    ...one,
    options: inOrder(one.options, orders.options[one.name] ?? []),
  }));
  return { ...form, questions };
}

function inOrder<T extends { readonly name: string }>(
  things: readonly T[],
  names: readonly string[],
): T[] {
  const place = (one: T) => {
    const found = names.indexOf(one.name);
    return found < 0 ? names.length : found;
  };
  return [...things].sort((a, b) => place(a) - place(b));
}

export function isAnswered(answer: Answer | undefined): answer is Answer {
  if (answer === undefined) return false;
  if (typeof answer === "number") return true;
  return typeof answer === "string" ? answer.trim() !== "" : answer.length > 0;
}

/** The name of the question that follows, or `end`; null: the next. */
function way(question: Question, answer: Answer | undefined): string | null {
  if (typeof answer === "number") {
    const below = question.goto_below;
    if (below !== null && answer < below[0]) return below[1];
  } else if (answer !== undefined && question.kind !== "text") {
    const chosen = typeof answer === "string" ? [answer] : answer;
    const leads = question.options.find((one) => one.goto !== null && chosen.includes(one.name));
    if (leads !== undefined) return leads.goto;
  }
  return question.goto;
}

function hasBranches(question: Question): boolean {
  return question.goto_below !== null || question.options.some((one) => one.goto !== null);
}

export interface Course {
  /** The questions to be asked so far, in their order. */
  readonly questions: readonly Question[];
  /** Which of them must be answered and are not. */
  readonly missing: readonly string[];
  /** Nothing that must be asked is left. */
  readonly isDone: boolean;
}

/** Where these answers lead. A branch that is not decided yet ends what can be shown. */
export function courseOf(form: Questionnaire, answers: Answers): Course {
  const all = form.questions;
  const asked: Question[] = [];
  let isOpen = false;
  let place = 0;
  while (place < all.length) {
    const question = all[place] as Question;
    asked.push(question);
    const answer = isAnswered(answers[question.name]) ? answers[question.name] : undefined;
    if (answer === undefined && question.required && hasBranches(question)) {
      isOpen = true;
      break;
    }
    const next = way(question, answer);
    if (next === END) break;
    const found = next === null ? -1 : all.findIndex((one) => one.name === next);
    // A form leads on only: whatever it says, this comes to an end.
    place = found > place ? found : place + 1;
  }
  const missing = asked
    .filter((one) => one.required && !isAnswered(answers[one.name]))
    .map((one) => one.name);
  return { questions: asked, missing, isDone: !isOpen && missing.length === 0 };
}

/** The answers to what was asked: those to questions that a branch has left out since are not. */
export function answersOn(course: Course, answers: Answers): Answers {
  const kept = course.questions
    .map((one) => [one.name, answers[one.name]] as const)
    .filter((pair): pair is readonly [string, Answer] => isAnswered(pair[1]));
  return Object.fromEntries(kept);
}

/** The marks of a rating, from the lowest. */
export function marksOf(question: Question): number[] {
  const count = Math.min(question.highest - question.lowest, 100) + 1;
  return Array.from({ length: count }, (_, n) => question.lowest + n);
}
