// What is made of lists before they are shown, and of filters before they are sent.

import type { CallList } from "./rows.ts";

/** 0 to 100; null: nobody knows how many rows there are. */
export function progressOf(
  list: Pick<CallList, "state" | "rows_read" | "rows_total">,
): number | null {
  if (list.state !== "importing") return 100;
  if (list.rows_total === 0) return null;
  return Math.min(100, Math.floor((100 * list.rows_read) / list.rows_total));
}

/** On their way first, then those that are over. */
const ORDER = [
  "new",
  "queued",
  "dialing",
  "connected",
  "retry",
  "callback",
  "completed",
  "exhausted",
  "dnc",
  "invalid",
  "expired",
  "quota_full",
];

export function leadsInOrder(leads: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(leads)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

/** Who is meant, as a person writes it; null and empty: it does not matter. */
export interface Audience {
  of: "customers" | "tickets";
  boughtFrom: number | null;
  boughtTo: number | null;
  tiers: readonly string[];
  regions: readonly string[];
  kinds: readonly string[];
  closedDays: number | null;
  most: number | null;
}

export const ANYBODY: Audience = {
  of: "customers",
  boughtFrom: null,
  boughtTo: null,
  tiers: [],
  regions: [],
  kinds: [],
  closedDays: null,
  most: null,
};

const MONTHS_MAX = 1200;
const DAY_MS = 86_400_000;

/** What goes to the server. */
export function filterOf(audience: Audience, now: number): Readonly<Record<string, unknown>> {
  const { of, boughtFrom, boughtTo, closedDays } = audience;
  const from = boughtFrom ?? 0;
  const to = Math.max(from, boughtTo ?? MONTHS_MAX);
  const isTickets = of === "tickets";
  return {
    of,
    bought_months: boughtFrom === null && boughtTo === null ? null : [from, to],
    tiers: audience.tiers,
    regions: audience.regions,
    kinds: isTickets ? audience.kinds : [],
    closed_from: isTickets && closedDays !== null ? now - closedDays * DAY_MS : null,
    most: audience.most,
  };
}
