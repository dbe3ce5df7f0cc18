// How numbers, times and sentences are written.

export type Language = "en" | "zh";

/** The browser's language, unless the person chose one here. */
export function firstLanguage(chosen: string | null, preferred: readonly string[]): Language {
  if (chosen === "en" || chosen === "zh") return chosen;
  for (const tag of preferred) {
    if (tag.startsWith("zh")) return "zh";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}

/** Sentences one after the other, in Chinese where they are known. */
export function joined(
  language: Language,
  sentences: readonly string[],
  chinese: Readonly<Record<string, string>>,
): string {
  const known = (sentence: string) => (language === "zh" && chinese[sentence]) || sentence;
  return sentences
    .filter(Boolean)
    .map(known)
    .join(language === "zh" ? "" : " ");
}

/** 0.125 is 12.5 %; null, which nobody has made yet, is a dash. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? "–" : `${(share * 100).toFixed(1)} %`;
}

/** 75,000 ms is 1:15; a good hour is 1:00:01; null is a dash. */
export function clock(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `${String(m).padStart(h ? 2 : 1, "0")}:${String(s).padStart(2, "0")}`;
  return h ? `${h}:${tail}` : tail;
}
