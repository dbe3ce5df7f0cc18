// A customer's answers to a questionnaire: saved while they are given, and kept over a reload.

import { computed, ref, shallowRef } from "vue";
import { Problem, path } from "../api.ts";
import { api } from "../live.ts";
import {
  type Answer,
  type Answers,
  answersOn,
  courseOf,
  type Questionnaire,
} from "./questionnaire.ts";

/** GET /api/questionnaires/{name}: the form and its newest version. */
interface Asked {
  readonly version: number;
  readonly form: Questionnaire;
}

const KEY = "ccserver.answers.";
const SAVE_AFTER_MS = 600;
const AGAIN_AFTER_MS = 5000;

export function useResponse(contact: string, name: string) {
  const key = `${KEY}${contact}.${name}`;
  const form = shallowRef<Questionnaire | null>(null);
  const answers = shallowRef<Answers>(kept(key));
  const problem = shallowRef<Problem | null>(null);
  const isSaving = ref(false);
  const course = computed(() =>
    form.value === null ? null : courseOf(form.value, answers.value, contact),
  );
  let version = 0;
  /** What is on the server, as JSON. */
  let saved = "";
  let timer: number | undefined;
  let isGone = false;

  async function load(): Promise<void> {
    const found = await api.json<Asked>(path("questionnaires", name));
    if (found instanceof Problem) {
      problem.value = found;
      return;
    }
    version = found.version;
    form.value = found.form;
    if (Object.keys(answers.value).length > 0) soon(0);
  }

  function answer(question: string, given: Answer | undefined): void {
    const { [question]: _, ...others } = answers.value;
    answers.value = given === undefined ? others : { ...others, [question]: given };
    sessionStorage.setItem(key, JSON.stringify(answers.value));
    soon(SAVE_AFTER_MS);
  }

  function soon(ms: number): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save(), ms);
  }

  async function save(): Promise<void> {
    const now = course.value;
    if (now === null) return;
    const body = { version, answers: answersOn(now, answers.value), completed: now.isDone };
    const sent = JSON.stringify(body);
    const isEmpty = Object.keys(body.answers).length === 0;
    if (sent === saved || (isEmpty && saved === "")) return;
    // One at a time: an older one must not come after a newer one.
    if (isSaving.value) return soon(SAVE_AFTER_MS);
    isSaving.value = true;
    const told = await api.json(path("contacts", contact, "responses", name), {
      method: "PUT",
      body,
    });
    isSaving.value = false;
    problem.value = told instanceof Problem ? told : null;
    if (!(told instanceof Problem)) saved = sent;
    else if (told.status === 0 && !isGone) soon(AGAIN_AFTER_MS);
  }

  /** The call is written up: what is not saved yet is saved now. */
  function leave(): void {
    isGone = true;
    window.clearTimeout(timer);
    void save();
  }

  void load();
  return { form, answers, course, problem, isSaving, answer, leave };
}

function kept(key: string): Answers {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "{}") as Answers;
  } catch {
    return {};
  }
}
