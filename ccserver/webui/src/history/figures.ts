// What the server counted: the answer's form, its columns in groups, values as text. Pure.

import { clock, percent } from "../words/format.ts";

export interface Definition {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  /** Empty: there is but one custom. */
  readonly variant: string;
  /** `share` is 0 to 1, `ms` a duration, all else a number. */
  readonly unit: string;
}

type Value = number | string | null | undefined;

/** One name, in one interval where `from_at` is there. Each figure stands under its id. */
export interface Line {
  readonly name: string;
  readonly title: string;
  readonly from_at?: number;
  readonly to_at?: number;
  readonly [figure: string]: Value;
}

export interface Figures {
  readonly definitions: readonly Definition[];
  /** When each interval begins: those in which nothing was have no row. */
  readonly begins: readonly number[];
  readonly rows: readonly Line[];
  readonly totals: readonly Line[];
  /** All names together. */
  readonly all: Readonly<Record<string, Value>>;
}

export type Group =
  | "volume"
  | "reasons"
  | "level"
  | "variants"
  | "rates"
  | "resolution"
  | "waits"
  | "handling"
  | "people"
  | "other";

export const GROUPS: readonly Group[] = [
  "volume",
  "reasons",
  "level",
  "variants",
  "rates",
  "resolution",
  "waits",
  "handling",
  "people",
  "other",
];

/** Shown until the person wants others. */
export const USUAL: readonly Group[] = ["volume", "level", "rates", "waits", "handling", "people"];

const PLACES: Readonly<Record<string, Group>> = {
  offered: "volume",
  answered: "volume",
  abandoned: "volume",
  short_abandoned: "volume",
  flowed_out: "volume",
  service_level: "level",
  abandon_rate: "rates",
  abandon_rate_all: "rates",
  transfer_rate: "rates",
  asa_ms: "waits",
  abandon_ms: "waits",
  handled: "handling",
  transferred: "handling",
  talk_ms: "handling",
  hold_ms: "handling",
  wrap_up_ms: "handling",
  aht_ms: "handling",
  att_ms: "handling",
  occupancy: "people",
  utilisation: "people",
  logged_in_ms: "people",
  paused_ms: "people",
};

export function groupOf(id: string): Group {
  if (id.startsWith("flowed_out_")) return "reasons";
  if (id.startsWith("sl_")) return "variants";
  if (id.startsWith("fcr_")) return "resolution";
  if (id.startsWith("wait_")) return "waits";
  return PLACES[id] ?? "other";
}

/** The figures whose formula stands under their name. */
export function isMain(id: string): boolean {
  return MAIN.has(id);
}
const MAIN = new Set([
  "offered",
  "answered",
  "abandoned",
  "service_level",
  "abandon_rate",
  "asa_ms",
  "aht_ms",
  "occupancy",
  "transfer_rate",
  "fcr_7",
]);

/** The columns of the chosen groups, group by group. */
export function columnsOf(
  definitions: readonly Definition[],
  chosen: readonly Group[],
): { group: Group; columns: readonly Definition[] }[] {
  return GROUPS.filter((group) => chosen.includes(group))
    .map((group) => ({ group, columns: definitions.filter((one) => groupOf(one.id) === group) }))
    .filter((one) => one.columns.length > 0);
}

export function groupsIn(definitions: readonly Definition[]): Group[] {
  const there = new Set(definitions.map((one) => groupOf(one.id)));
  return GROUPS.filter((group) => there.has(group));
}

export function valueText(value: Value, unit: string): string {
  if (typeof value !== "number") return "–";
  if (unit === "share") return percent(value);
  return unit === "ms" ? clock(value) : value.toLocaleString("en-US");
}

export function numberOf(line: Readonly<Record<string, Value>>, id: string): number | null {
  const value = line[id];
  return typeof value === "number" ? value : null;
}

/** One line for each interval, for a chart: without figures where nothing was. */
export function everyInterval(figures: Figures, name: string): Line[] {
  const known = new Map(
    figures.rows.filter((line) => line.name === name).map((line) => [line.from_at, line]),
  );
  const { begins } = figures;
  return begins.map(
    (at, place) =>
      known.get(at) ?? { name, title: "", from_at: at, to_at: begins[place + 1] ?? at },
  );
}

/** Whose charts are drawn first: who was offered most. */
export function busiest(totals: readonly Line[]): string {
  const most = [...totals].sort(
    (a, b) => (numberOf(b, "offered") ?? 0) - (numberOf(a, "offered") ?? 0),
  );
  return most[0]?.name ?? "";
}

/** The interval on the clock of `zone`: a day, or a time of day with its day where there are more. */
export function intervalText(
  from: number,
  to: number,
  step: string,
  zone: string,
  tag: string,
): string {
  const day = new Intl.DateTimeFormat(tag, { timeZone: zone, dateStyle: "short" });
  if (step === "day") return day.format(from);
  const time = new Intl.DateTimeFormat(tag, { timeZone: zone, timeStyle: "short" });
  return `${day.format(from)} ${time.format(from)}–${time.format(to)}`;
}
