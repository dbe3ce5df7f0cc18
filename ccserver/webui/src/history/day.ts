// The day to the minute: what the server counted, beside what was to be expected. Pure.

import type { Chart, Series } from "./charts.ts";

export interface Minute {
  readonly at: number;
  readonly arrived: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly in_talk: number;
  readonly signed_in: number;
}

export interface Quarter {
  readonly from_at: number;
  readonly calls: number;
}

export interface DayFigures {
  readonly minutes: readonly Minute[];
  /** Each for 15 minutes; empty: there are no past days to tell from. */
  readonly expected: readonly Quarter[];
  readonly expected_today: number | null;
  readonly arrived_today: number;
}

const QUARTER_MS = 15 * 60_000;

export interface Outlook {
  readonly expected: number | null;
  readonly arrived: number;
  /** Until now; the quarter that runs counts by its share. */
  readonly expectedSoFar: number | null;
  /** What is still expected to come. */
  readonly left: number | null;
  /** Arrived of what was expected so far; null: nothing was. */
  readonly share: number | null;
}

export function outlookOf(day: DayFigures, now: number): Outlook {
  const { expected_today: expected, arrived_today: arrived } = day;
  if (expected === null || day.expected.length === 0) {
    return { expected: null, arrived, expectedSoFar: null, left: null, share: null };
  }
  const soFar = day.expected.reduce((sum, one) => {
    const gone = Math.min(1, Math.max(0, (now - one.from_at) / QUARTER_MS));
    return sum + one.calls * gone;
  }, 0);
  return {
    expected,
    arrived,
    expectedSoFar: soFar,
    left: Math.max(0, expected - soFar),
    share: soFar > 0 ? arrived / soFar : null,
  };
}

/** How many arrived in each quarter of `expected`; null for those that are still to come. */
export function arrivedByQuarter(day: DayFigures, now: number): (number | null)[] {
  const sums = new Map<number, number>();
  for (const minute of day.minutes) {
    const quarter = Math.floor(minute.at / QUARTER_MS) * QUARTER_MS;
    sums.set(quarter, (sums.get(quarter) ?? 0) + minute.arrived);
  }
  return day.expected.map((one) => (one.from_at > now ? null : (sums.get(one.from_at) ?? 0)));
}

type Titles = Readonly<Record<keyof Omit<Minute, "at"> | "expected" | "left" | "right", string>>;
type Time = (at: number) => string;

const isHour = (label: string) => label.endsWith(":00");

export function minuteChart(day: DayFigures, now: number, titles: Titles, time: Time): Chart {
  const of = (
    id: keyof Omit<Minute, "at">,
    color: Series["color"],
    more: Partial<Series> = {},
  ): Series => ({
    title: titles[id],
    // What is still to come has no numbers yet.
    values: day.minutes.map((minute) => (minute.at > now ? null : minute[id])),
    color,
    kind: "line",
    ...more,
  });
  return {
    labels: day.minutes.map((minute) => time(minute.at)),
    unit: "count",
    isLabelled: isHour,
    left: titles.left,
    right: titles.right,
    series: [
      of("arrived", "blue"),
      of("answered", "green"),
      of("abandoned", "red"),
      of("in_talk", "violet", { isRight: true, isDashed: true }),
      of("signed_in", "amber", { isRight: true, kind: "step" }),
    ],
  };
}

export function quarterChart(day: DayFigures, now: number, titles: Titles, time: Time): Chart {
  return {
    labels: day.expected.map((one) => time(one.from_at)),
    unit: "count",
    isLabelled: isHour,
    left: titles.left,
    series: [
      { title: titles.arrived, values: arrivedByQuarter(day, now), color: "blue", kind: "bar" },
      {
        title: titles.expected,
        values: day.expected.map((one) => Math.round(one.calls * 10) / 10),
        color: "amber",
        kind: "line",
        isDashed: true,
      },
    ],
  };
}
