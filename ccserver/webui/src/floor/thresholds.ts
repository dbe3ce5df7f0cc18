// Which figures are beyond their thresholds: what turns red, and since when. Pure.

import type { Alert, Figure } from "../messages.ts";
import type { QueueLine } from "./rows.ts";

/** A threshold, as it is configured. */
export interface Threshold {
  readonly figure: Figure;
  readonly above: number | null;
  readonly below: number | null;
  /** None: each queue by itself. */
  readonly queues: readonly string[];
}

/** `alert`: so for long enough. `beyond`: just now. `fine`: watched, and within. */
export type Level = "alert" | "beyond" | "fine" | "plain";

export const FIGURES: readonly Figure[] = [
  "waiting",
  "longest_wait_seconds",
  "service_level",
  "abandon_rate",
  "agents_available",
];

/** The value as thresholds count it: seconds, shares, numbers. `now` in ms. */
export function figureValue(line: QueueLine, figure: Figure, now: number): number | null {
  switch (figure) {
    case "waiting":
      return line.waiting;
    case "longest_wait_seconds":
      return line.since === null ? 0 : (now - line.since) / 1000;
    case "service_level":
      return line.figures?.service_level ?? null;
    case "abandon_rate":
      return line.figures?.abandon_rate ?? null;
    case "agents_available":
      return line.agents.available ?? 0;
  }
}

export function alertOf(line: QueueLine, figure: Figure): Alert | null {
  return line.alerts.find((alert) => alert.figure === figure) ?? null;
}

export function levelOf(
  line: QueueLine,
  figure: Figure,
  thresholds: readonly Threshold[],
  now: number,
): Level {
  if (alertOf(line, figure) !== null) return "alert";
  const mine = thresholds.filter(
    (one) => one.figure === figure && (one.queues.length === 0 || one.queues.includes(line.queue)),
  );
  const value = figureValue(line, figure, now);
  if (mine.length === 0 || value === null) return "plain";
  return mine.some((one) => isBeyond(value, one)) ? "beyond" : "fine";
}

function isBeyond(value: number, { above, below }: Threshold): boolean {
  return (above !== null && value > above) || (below !== null && value < below);
}

/** What tells one alert from another. */
export function alertKey(alert: Alert): string {
  return `${alert.queue} ${alert.figure} ${alert.threshold} ${alert.since_at}`;
}

/** Those that were not there before. */
export function newAlerts(before: readonly Alert[], now: readonly Alert[]): Alert[] {
  const known = new Set(before.map(alertKey));
  return now.filter((alert) => !known.has(alertKey(alert)));
}
