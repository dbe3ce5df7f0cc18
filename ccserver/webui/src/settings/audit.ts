// Changes of the configuration and acts on the floor, as rows of one form.

import { differences, written } from "./differences.ts";

export interface AuditChange {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly kind: string;
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string;
}

export interface AuditPage {
  readonly changes: readonly AuditChange[];
  readonly next: number | null;
}

/** What a supervisor did on the floor. */
export interface Act {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly kind: string;
  readonly target: string | null;
  readonly contact: string | null;
  readonly reason: string;
  readonly details: unknown;
}

/** Field by field; the thing itself where it has none. */
export function fieldsOf(change: AuditChange): { field: string; before: string; after: string }[] {
  return differences(change.before, change.after).map((one) => ({
    field: one.path || change.kind,
    before: written(one.before),
    after: written(one.after),
  }));
}

export function signOf(change: AuditChange): "+" | "-" | "~" {
  if (change.before === null || change.before === undefined) return "+";
  return change.after === null || change.after === undefined ? "-" : "~";
}

export interface AuditFilter {
  readonly who: string;
  readonly kind: string;
  readonly text: string;
  /** ms since 1970 UTC; null: any time. */
  readonly span: readonly [number, number] | null;
}

/** Whether a row is shown. `words` is all that is read in it. */
export function fits(
  row: { readonly at: number; readonly who: string; readonly kind: string },
  words: string,
  filter: AuditFilter,
): boolean {
  if (filter.who !== "" && row.who !== filter.who) return false;
  if (filter.kind !== "" && row.kind !== filter.kind) return false;
  if (filter.span !== null && (row.at < filter.span[0] || row.at >= filter.span[1])) return false;
  return words.toLowerCase().includes(filter.text.trim().toLowerCase());
}
