// What differs between two states of a thing, field by field.

import { isThing, type Value } from "./schema.ts";

export interface Difference {
  /** `required.engine`; empty: the thing itself. */
  readonly path: string;
  /** undefined: it was not there. */
  readonly before: Value;
  readonly after: Value;
}

/** Groups opened up; a list is one value, as the server counts it. */
export function leaves(value: Value, path = ""): Map<string, Value> {
  const found = new Map<string, Value>();
  if (!isThing(value))
    return value === undefined || value === null ? found : found.set(path, value);
  for (const [key, inner] of Object.entries(value)) {
    for (const [at, leaf] of leaves(inner, path === "" ? key : `${path}.${key}`))
      found.set(at, leaf);
  }
  return found;
}

export function differences(before: Value, after: Value): Difference[] {
  const [one, other] = [leaves(before), leaves(after)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .map((path) => ({ path, before: one.get(path), after: other.get(path) }))
    .filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after));
}

/** As a person reads it in a table. */
export function written(value: Value): string {
  if (value === undefined || value === null) return "–";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : value.map(written).join(", ");
  return isThing(value) ? JSON.stringify(value) : String(value);
}
