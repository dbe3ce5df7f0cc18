// Every word on the page, in the language of the person.

import { createI18n, useI18n } from "vue-i18n";
import type { Problem } from "../api.ts";
import { en as campaignsEn } from "./campaigns_en.ts";
import { zh as campaignsZh } from "./campaigns_zh.ts";
import { en as commonEn } from "./common_en.ts";
import { zh as commonZh, zhProblems } from "./common_zh.ts";
import { en as deskEn } from "./desk_en.ts";
import { zh as deskZh } from "./desk_zh.ts";
import { en as floorEn } from "./floor_en.ts";
import { zh as floorZh } from "./floor_zh.ts";
import { en as flowsEn } from "./flows_en.ts";
import { zh as flowsZh } from "./flows_zh.ts";
import { firstLanguage, joined, type Language, percent } from "./format.ts";
import { en as historyEn } from "./history_en.ts";
import { zh as historyZh } from "./history_zh.ts";
import { en as phoneEn } from "./phone_en.ts";
import { zh as phoneZh } from "./phone_zh.ts";
import { en as recordingsEn } from "./recordings_en.ts";
import { zh as recordingsZh } from "./recordings_zh.ts";
import { en as settingsEn } from "./settings_en.ts";
import { zh as settingsZh } from "./settings_zh.ts";
import { en as shellEn } from "./shell_en.ts";
import { zh as shellZh } from "./shell_zh.ts";

const en = {
  ...commonEn,
  ...shellEn,
  ...deskEn,
  ...phoneEn,
  ...floorEn,
  ...historyEn,
  ...recordingsEn,
  ...settingsEn,
  ...flowsEn,
  ...campaignsEn,
};
const zh: Record<keyof typeof en, string> = {
  ...commonZh,
  ...shellZh,
  ...deskZh,
  ...phoneZh,
  ...floorZh,
  ...historyZh,
  ...recordingsZh,
  ...settingsZh,
  ...flowsZh,
  ...campaignsZh,
};

export type Word = keyof typeof en;
const LANGUAGE_KEY = "ccserver.language";

/** What Intl and `lang` call it. */
export const TAGS = { en: "en-GB", zh: "zh-CN" } as const;

export const i18n = createI18n({
  legacy: false,
  locale: firstLanguage(localStorage.getItem(LANGUAGE_KEY), navigator.languages) as Language,
  messages: { en, zh } as Record<Language, Record<string, string>>,
  // Keys are plain words and whole sentences of the server: a dot in them leads nowhere.
  messageResolver: (book, key) => (book as Record<string, string>)[key] ?? null,
  missingWarn: false,
  fallbackWarn: false,
});

export function chooseLanguage(language: Language): void {
  i18n.global.locale.value = language;
  localStorage.setItem(LANGUAGE_KEY, language);
  document.documentElement.lang = TAGS[language];
}

/** What a page says with. All of it changes with the language. */
export function useWords() {
  const { t, te, locale } = useI18n({ useScope: "global" });
  const language = () => locale.value as Language;

  /** A word; `{name}` in it is filled in from `values`. */
  function say(word: Word, values: Record<string, string | number> = {}): string {
    return t(word, values);
  }

  /** What a site has named (a queue, a reason): known words, else its title, else the name. */
  function sayName(kind: string, name: string, title = ""): string {
    if (title) return title;
    const key = `${kind}.${name}`;
    return te(key) ? t(key) : name;
  }

  /** What went wrong and what to do about it, in the person's language where it is known. */
  function sayFailure(problem: Problem): string {
    if (problem.status === 0) return say("noServer");
    return joined(language(), problem.sentences, zhProblems);
  }

  /** An instant of the server, in ms, as people of the language write it. */
  function sayInstant(at: number): string {
    return new Date(at).toLocaleString(TAGS[language()], {
      dateStyle: "medium",
      timeStyle: "short",
    });
  }

  /** 0.125 is 12.5 %; null, which nobody has made yet, is a dash. */
  function sayShare(share: number | null | undefined): string {
    return percent(share);
  }

  return { say, sayName, sayFailure, sayInstant, sayShare, language };
}
