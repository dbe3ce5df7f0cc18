// What surveys found, as the server tells it, and how its intervals are drawn.

import type { Question } from "../desk/questionnaire.ts";

/** A figure, the 95 % interval of the true one, and from how many answers. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** It rests on few answers. */
  readonly small: boolean;
}

export interface Choice {
  readonly answer: string;
  readonly count: number;
  readonly share: Estimate;
}

export interface QuestionResult {
  readonly question: string;
  readonly kind: Question["kind"];
  readonly scale: Question["scale"];
  readonly answered: number;
  readonly choices: readonly Choice[];
  readonly mean: Estimate | null;
  readonly csat: Estimate | null;
  readonly nps: Estimate | null;
}

export interface Result {
  readonly asked: number;
  readonly started: number;
  readonly completed: number;
  readonly response_rate: Estimate;
  readonly questions: readonly QuestionResult[];
}

export interface Results {
  readonly opted_out: number;
  readonly whole: Result;
  readonly groups: readonly { readonly name: string; readonly figures: Result }[];
}

/** By what results are told apart, beside the labels of the leads' records. */
export const BYS = ["campaign", "queue", "agent", "day", "way", "language", "region"] as const;

export interface Bar {
  readonly title: string;
  readonly estimate: Estimate;
  readonly lowest: number;
  readonly highest: number;
  readonly unit: "share" | "points" | "mean";
}

/** The figures of a question that have an interval, the most telling first. */
export function barsOf(
  found: QuestionResult,
  asked: Question | undefined,
  titles: { csat: string; nps: string; mean: string; option: (name: string) => string },
): Bar[] {
  const bars: Bar[] = [];
  if (found.csat !== null) {
    bars.push({ title: titles.csat, estimate: found.csat, lowest: 0, highest: 1, unit: "share" });
  }
  if (found.nps !== null) {
    bars.push({
      title: titles.nps,
      estimate: found.nps,
      lowest: -100,
      highest: 100,
      unit: "points",
    });
  }
  if (found.mean !== null && found.kind !== "text") {
    const lowest = asked?.lowest ?? 0;
    const highest = Math.max(asked?.highest ?? 10, lowest + 1);
    bars.push({ title: titles.mean, estimate: found.mean, lowest, highest, unit: "mean" });
  }
  for (const one of found.choices) {
    bars.push({
      title: titles.option(one.answer),
      estimate: one.share,
      lowest: 0,
      highest: 1,
      unit: "share",
    });
  }
  return bars;
}

/** Where on a line of 0 to 100 a value stands. */
export function placeOf(value: number, lowest: number, highest: number): number {
  if (highest <= lowest) return 0;
  return Math.min(100, Math.max(0, (100 * (value - lowest)) / (highest - lowest)));
}

export function written(value: number, unit: Bar["unit"]): string {
  if (unit === "share") return `${(value * 100).toFixed(1)} %`;
  return unit === "points" ? value.toFixed(0) : value.toFixed(2);
}
