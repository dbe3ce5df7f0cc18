// Days on the clock of the site, and the instants at which they begin. Pure.

/** `2026-11-24`. */
export type Day = string;

export type Preset = "today" | "yesterday" | "thisWeek" | "lastWeek" | "thisMonth" | "lastMonth";

export const PRESETS: readonly Preset[] = [
  "today",
  "yesterday",
  "thisWeek",
  "lastWeek",
  "thisMonth",
  "lastMonth",
];

export interface Days {
  readonly from: Day;
  /** The last day, which is in it. */
  readonly to: Day;
}

const DAY_MS = 86_400_000;

/** What the clocks in `zone` (IANA) show at an instant, read as if it were UTC, in ms. */
function shown(at: number, zone: string): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    })
      .formatToParts(at)
      .map((part) => [part.type, Number(part.value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export function dayOf(at: number, zone: string): Day {
  return new Date(shown(at, zone)).toISOString().slice(0, 10);
}

export function addDays(day: Day, count: number): Day {
  return new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);
}

/** When a day begins in `zone`, in ms. Where its clocks skip midnight: at the first instant after. */
export function midnight(day: Day, zone: string): number {
  const wanted = Date.parse(day);
  const offset = (at: number) => shown(at, zone) - at;
  const guess = wanted - offset(wanted);
  // The offset may be another one there than it was at the guess.
  return wanted - offset(guess);
}

/** Weeks begin on Monday. */
export function daysOf(preset: Preset, today: Day): Days {
  const weekday = (new Date(today).getUTCDay() + 6) % 7;
  const monday = addDays(today, -weekday);
  const first = `${today.slice(0, 8)}01`;
  switch (preset) {
    case "today":
      return { from: today, to: today };
    case "yesterday":
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case "thisWeek":
      return { from: monday, to: today };
    case "lastWeek":
      return { from: addDays(monday, -7), to: addDays(monday, -1) };
    case "thisMonth":
      return { from: first, to: today };
    case "lastMonth": {
      const last = addDays(first, -1);
      return { from: `${last.slice(0, 8)}01`, to: last };
    }
  }
}

/** The span in ms, `to` not in it; nothing is asked of the time to come. */
export function spanOf(days: Days, zone: string, now: number): { from: number; to: number } {
  const from = midnight(days.from, zone);
  const to = Math.min(midnight(addDays(days.to, 1), zone), now);
  return { from, to: Math.max(to, from) };
}
