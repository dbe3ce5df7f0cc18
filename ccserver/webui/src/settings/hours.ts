// Opening hours as they are written (`09:00-18:00`), and as a person fills them in.

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export type Span = readonly [from: string, until: string];

/** `09:00-18:00` as two times of day. */
export function spanOf(text: string): Span {
  const [from = "", until = ""] = text.split("-");
  return [from, until];
}

export function spanText([from, until]: Span): string {
  return `${from}-${until}`;
}

const TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** Whether it is a time of day, ends after it begins, and meets none of the others. */
export function isGood(span: string, others: readonly string[]): boolean {
  const [from, until] = spanOf(span);
  if (!TIME.test(from) || !TIME.test(until) || from >= until) return false;
  return others.every((other) => {
    const [begin, end] = spanOf(other);
    return until <= begin || end <= from;
  });
}

/** What is offered for one more span of a day: after the last one. */
export function nextSpan(spans: readonly string[]): string {
  const last = [...spans].sort().at(-1);
  if (last === undefined) return "09:00-18:00";
  const [, until] = spanOf(last);
  const hour = Number(until.slice(0, 2)) + 1;
  return hour >= 23
    ? ""
    : `${String(hour).padStart(2, "0")}:00-${String(hour + 1).padStart(2, "0")}:00`;
}

export interface Run {
  readonly first: string;
  readonly last: string;
  readonly spans: readonly string[];
}

/** Days that follow each other with the same hours, as one line. Days are 2026-10-01. */
export function runsOf(special: Readonly<Record<string, readonly string[]>>): Run[] {
  const runs: { first: string; last: string; spans: readonly string[] }[] = [];
  for (const day of Object.keys(special).sort()) {
    const spans = special[day] ?? [];
    const last = runs.at(-1);
    if (last && dayAfter(last.last) === day && last.spans.join() === spans.join()) last.last = day;
    else runs.push({ first: day, last: day, spans });
  }
  return runs;
}

/** The other way round. A run that overlaps an earlier one goes before it. */
export function specialOf(runs: readonly Run[]): Record<string, readonly string[]> {
  const special: Record<string, readonly string[]> = {};
  for (const { first, last, spans } of runs) {
    for (let day = first; day <= last; day = dayAfter(day)) special[day] = spans;
  }
  return special;
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
