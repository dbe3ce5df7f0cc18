// What the person asks the history for: kept in the address, sent as a query. Pure.

import { type Days, spanOf } from "./days.ts";

export const BYS = ["queue", "agent", "team"] as const;
export type By = (typeof BYS)[number];
export const STEPS = ["5", "15", "30", "60", "day"] as const;
export type Step = (typeof STEPS)[number];

export interface Asked extends Days {
  readonly by: By;
  readonly step: Step;
  /** None: all. */
  readonly names: readonly string[];
  /** First-call resolution too, which costs a look at the 30 days that follow. */
  readonly withResolution: boolean;
}

type Query = Readonly<Record<string, unknown>>;

function oneOf<T extends string>(known: readonly T[], value: unknown, usual: T): T {
  return known.find((one) => one === value) ?? usual;
}

function day(value: unknown, usual: string): string {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : usual;
}

export function askedOf(query: Query, today: string): Asked {
  const from = day(query.from, today);
  const to = day(query.to, today);
  const names = [query.name].flat().filter((one): one is string => typeof one === "string");
  return {
    by: oneOf(BYS, query.by, "queue"),
    step: oneOf(STEPS, query.step, "30"),
    from,
    to: to.localeCompare(from) < 0 ? from : to,
    names,
    withResolution: query.fcr === "true",
  };
}

export function queryOf(asked: Asked): Record<string, string | string[]> {
  const { by, step, from, to, names, withResolution } = asked;
  return {
    by,
    step,
    from,
    to,
    ...(names.length > 0 ? { name: [...names] } : {}),
    ...(withResolution ? { fcr: "true" } : {}),
  };
}

/** The server's parameters, the same for the table and for the files. */
export function parametersOf(asked: Asked, zone: string, now: number): string {
  const { from, to } = spanOf(asked, zone, now);
  const pairs = [
    ["by", asked.by],
    ["step", asked.step],
    ["from", String(from)],
    ["to", String(to)],
    ["zone", zone],
    ["fcr", String(asked.withResolution)],
    ...asked.names.map((name) => ["name", name]),
  ];
  return new URLSearchParams(pairs).toString();
}
