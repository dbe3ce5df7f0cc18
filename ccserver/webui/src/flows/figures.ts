// What is made of the figures of a flow before they are shown.

import type { Comparison, Difference, Share, StepFigures } from "../rows.ts";

export interface Leaver extends StepFigures {
  /** Those who hung up of those who came to it. */
  readonly share: number;
}

/** The steps in which somebody hung up: where most did on top. */
export function leavers(steps: readonly StepFigures[]): Leaver[] {
  return steps
    .filter((step) => step.left_here > 0)
    .map((step) => ({ ...step, share: step.entered ? step.left_here / step.entered : 0 }))
    .sort((a, b) => b.left_here - a.left_here || b.share - a.share);
}

export function byCount(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}

/** The day that it is there: 2026-07-31. */
export function today(zone: string, now: number): string {
  const format = (timeZone: string) =>
    new Intl.DateTimeFormat("en-CA", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    }).formatToParts(now);
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = format(zone);
  } catch {
    // A browser may know fewer zones than the server.
    parts = format("UTC");
  }
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

export interface Beside {
  readonly how: string;
  readonly released: Share | null;
  readonly canary: Share | null;
  readonly difference: Difference | null;
}

/** How the walks of both ended, the most usual first. */
export function beside(found: Comparison): Beside[] {
  const [released, canary] = [found.released.ended, found.canary.ended];
  const count = (how: string) => (released[how]?.count ?? 0) + (canary[how]?.count ?? 0);
  return [...new Set([...Object.keys(released), ...Object.keys(canary)])]
    .sort((a, b) => count(b) - count(a))
    .map((how) => ({
      how,
      released: released[how] ?? null,
      canary: canary[how] ?? null,
      difference: found.differences[how] ?? null,
    }));
}

/** What was typed as per cent, as a share of more than 0 and less than 1; null: it is none. */
export function shareOf(percent: string): number | null {
  const share = Number(percent.replace(",", ".")) / 100;
  return percent.trim() !== "" && share > 0 && share < 1 ? share : null;
}
