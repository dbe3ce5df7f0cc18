// Every word on the page, in the language of the person.

import type { Problem } from "./api.ts";
import { en, type Word } from "./words_en.ts";
import { zh, zhProblems } from "./words_zh.ts";

export type Language = "en" | "zh";

const BOOKS: Record<Language, Record<string, string>> = { en, zh };

export const NUISANCES = ["abuse", "prank", "advertising", "silent"] as const;

export const PAUSE_REASONS = ["break", "lunch", "meeting", "training", "paperwork"];

/** The browser's language, unless the person chose one here. */
export function firstLanguage(chosen: string | null, preferred: readonly string[]): Language {
  if (chosen === "en" || chosen === "zh") return chosen;
  for (const tag of preferred) {
    if (tag.startsWith("zh")) return "zh";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}

/** A word; what a customer's own site named (a queue, a reason) stays as it is. */
export function say(language: Language, word: Word): string {
  return BOOKS[language][word] ?? word;
}

export function sayName(language: Language, kind: string, name: string): string {
  return BOOKS[language][`${kind}.${name}`] ?? name;
}

/** What went wrong and what to do about it, in the person's language where it is known. */
export function sayFailure(language: Language, problem: Problem): string {
  if (problem.status === 0) return say(language, "noServer");
  const known = (sentence: string) => (language === "zh" && zhProblems[sentence]) || sentence;
  return problem.sentences
    .filter(Boolean)
    .map(known)
    .join(language === "zh" ? "" : " ");
}

/** An instant of the server, in ms, as people of the language write it. */
export function sayInstant(language: Language, at: number): string {
  return new Date(at).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
  });
}

/** 0.125 is 12.5 %. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** 75,000 ms is 1:15; a good hour is 1:00:01. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `${String(m).padStart(h ? 2 : 1, "0")}:${String(s).padStart(2, "0")}`;
  return h ? `${h}:${tail}` : tail;
}
