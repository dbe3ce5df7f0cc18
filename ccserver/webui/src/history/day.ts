// The day to the minute: what the server counted, beside what was to be expected. Pure.

import type { Chart, Series } from "./charts.ts";

/** By quarter of an hour on the clock on the wall: 96 numbers each, from midnight. */
export interface Expected {
  /** On a usual day of that kind. */
  readonly usual: readonly number[];
  /** Today, as a multiple of the usual. */
  readonly busyness: number;
  /** What has come in the quarters that are over; for the others what is to come. */
  readonly expected: readonly number[];
  readonly total: number;
  /** Days that this was learnt from. */
  readonly days: number;
}

/** One number for each minute that has begun. */
export interface DayFigures {
  readonly begins_at: number;
  readonly minute_ms: number;
  readonly arrived: readonly number[];
  readonly answered: readonly number[];
  readonly abandoned: readonly number[];
  readonly in_talk: readonly number[];
  readonly signed_in: readonly number[];
  /** null: by agent or team, or there are no past days to tell from. */
  readonly expected: Expected | null;
}

type Curve = "arrived" | "answered" | "abandoned" | "in_talk" | "signed_in";

const QUARTER_MINUTES = 15;
const QUARTERS = 96;

export interface Outlook {
  readonly arrived: number;
  /** Of the whole day. */
  readonly expected: number | null;
  /** Still to come. */
  readonly left: number | null;
  /** 1.2: a fifth more than on a usual day. */
  readonly busyness: number | null;
  readonly days: number;
}

export function outlookOf(day: DayFigures): Outlook {
  const arrived = sum(day.arrived);
  const { expected } = day;
  if (expected === null) return { arrived, expected: null, left: null, busyness: null, days: 0 };
  return {
    arrived,
    expected: expected.total,
    left: Math.max(0, expected.total - arrived),
    busyness: expected.busyness,
    days: expected.days,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

/** How many arrived in each quarter; null for those that have not begun. On a day whose clock is
 * set, quarters are counted from its beginning. */
export function arrivedByQuarter(day: DayFigures): (number | null)[] {
  return Array.from({ length: QUARTERS }, (_, quarter) => {
    const from = quarter * QUARTER_MINUTES;
    const minutes = day.arrived.slice(from, from + QUARTER_MINUTES);
    return minutes.length === 0 ? null : sum(minutes);
  });
}

type Titles = Readonly<Record<Curve | "expected" | "usual" | "left" | "right", string>>;
type Time = (at: number) => string;
const isHour = (label: string) => label.endsWith(":00");

/** `minutes` of the whole day: those that have not begun stand empty. */
export function minuteChart(day: DayFigures, minutes: number, titles: Titles, time: Time): Chart {
  const of = (id: Curve, color: Series["color"], more: Partial<Series> = {}): Series => ({
    title: titles[id],
    values: Array.from({ length: minutes }, (_, minute) => day[id][minute] ?? null),
    color,
    kind: "line",
    ...more,
  });
  return {
    labels: Array.from({ length: minutes }, (_, minute) =>
      time(day.begins_at + minute * day.minute_ms),
    ),
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

export function quarterChart(day: DayFigures, expected: Expected, titles: Titles): Chart {
  const tenths = (numbers: readonly number[]) => numbers.map((one) => Math.round(one * 10) / 10);
  return {
    labels: Array.from({ length: QUARTERS }, (_, quarter) => {
      const [hour, minute] = [Math.floor(quarter / 4), (quarter % 4) * QUARTER_MINUTES];
      return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
    }),
    unit: "count",
    isLabelled: isHour,
    left: titles.left,
    series: [
      { title: titles.arrived, values: arrivedByQuarter(day), color: "blue", kind: "bar" },
      {
        title: titles.expected,
        values: tenths(expected.expected),
        color: "amber",
        kind: "line",
        isDashed: true,
      },
      { title: titles.usual, values: tenths(expected.usual), color: "violet", kind: "line" },
    ],
  };
}
