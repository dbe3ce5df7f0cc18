// A customer's answers to a questionnaire: saved while they are given, and kept over a reload.

import { computed, ref, shallowRef } from "vue";
import { Problem, path } from "../api.ts";
import { api } from "../live.ts";
import {
  type Answer,
  type Answers,
  answersOn,
  arranged,
  courseOf,
  type Orders,
  type Questionnaire,
} from "./questionnaire.ts";

/** GET /api/questionnaires/{name}/next: where this customer is. */
interface Next extends Orders {
  readonly version: number;
  readonly answers: Readonly<Record<string, Answer | null>>;
  /** null: it goes on. */
  readonly completed_at: number | null;
}

const KEY = "ccserver.answers.";
const SAVE_AFTER_MS = 600;
const AGAIN_AFTER_MS = 2000;
/** The server is away, or does not know the contact yet: it is tried again. */
const PASSING = [0, 404, 503];

export function useResponse(contact: string, name: string, language: () => string) {
  const key = `${KEY}${contact}.${name}`;
  const place = path("contacts", contact, "responses", name);
  const form = shallowRef<Questionnaire | null>(null);
  const answers = shallowRef<Answers>(kept(key));
  const problem = shallowRef<Problem | null>(null);
  const isSaving = ref(false);
  /** All is answered, and stays as it is. */
  const isOver = ref(false);
  const course = computed(() => (form.value === null ? null : courseOf(form.value, answers.value)));
  /** What is on the server, as JSON. */
  let saved = "";
  let timer: number | undefined;
  let isGone = false;

  async function load(): Promise<void> {
    const query = new URLSearchParams({ contact });
    const next = await api.json<Next>(`${path("questionnaires", name, "next")}?${query}`);
    if (next instanceof Problem) return failed(next, load);
    const version = next.version > 0 ? `?version=${next.version}` : "";
    const found = await api.json<{ form: Questionnaire }>(
      `${path("questionnaires", name)}${version}`,
    );
    if (found instanceof Problem) return failed(found, load);
    problem.value = null;
    isOver.value = next.completed_at !== null;
    // What was written and not saved before a reload is newer.
    answers.value = isOver.value ? given(next) : { ...given(next), ...answers.value };
    form.value = arranged(found.form, next);
    if (!isOver.value && Object.keys(kept(key)).length > 0) soon(0);
  }

  function answer(question: string, to: Answer | undefined): void {
    const { [question]: _, ...others } = answers.value;
    answers.value = to === undefined ? others : { ...others, [question]: to };
    sessionStorage.setItem(key, JSON.stringify(answers.value));
    soon(SAVE_AFTER_MS);
  }

  function soon(ms: number): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save(false), ms);
  }

  async function save(completed: boolean): Promise<void> {
    const now = course.value;
    if (now === null || isOver.value) return;
    const body = { answers: answersOn(now, answers.value), completed, language: language() };
    const sent = JSON.stringify(body);
    const isEmpty = Object.keys(body.answers).length === 0;
    if (sent === saved || (isEmpty && saved === "")) return;
    // One at a time: an older one must not come after a newer one.
    if (isSaving.value && !completed) return soon(SAVE_AFTER_MS);
    isSaving.value = true;
    const told = await api.json(place, { method: "PUT", body });
    isSaving.value = false;
    if (told instanceof Problem) return failed(told, () => save(completed));
    problem.value = null;
    saved = sent;
    isOver.value = completed;
    if (completed) sessionStorage.removeItem(key);
  }

  function failed(why: Problem, again: () => unknown): void {
    problem.value = why.status === 404 ? null : why;
    window.clearTimeout(timer);
    if (PASSING.includes(why.status) && !isGone) timer = window.setTimeout(again, AGAIN_AFTER_MS);
  }

  function finish(): void {
    window.clearTimeout(timer);
    void save(true);
  }

  /** The call is written up: what is not saved yet is saved now. */
  function leave(): void {
    isGone = true;
    window.clearTimeout(timer);
    void save(course.value?.isDone ?? false);
  }

  void load();
  return { form, answers, course, problem, isSaving, isOver, answer, finish, leave };
}

/** Without those that were asked and skipped. */
function given(next: Next): Answers {
  const all = Object.entries(next.answers);
  return Object.fromEntries(all.filter((pair): pair is [string, Answer] => pair[1] !== null));
}

function kept(key: string): Answers {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "{}") as Answers;
  } catch {
    return {};
  }
}
