// What is wrong with a form before it is sent, and at which field the server's faults belong.

import { type Field, isThing, type Value } from "./schema.ts";

/** A fault in the words of the page: `fault.<rule>`, filled in with the limit. */
export interface Fault {
  /** `callback.tries`, `rules.0.share`. */
  readonly path: string;
  readonly rule: "missing" | "pattern" | "short" | "long" | "least" | "over" | "most" | "whole";
  readonly limit: number;
}

export function faultsOf(field: Field, value: Value, path = ""): Fault[] {
  const fault = (rule: Fault["rule"], limit = 0): Fault[] => [{ path, rule, limit }];
  if (value === null || value === undefined) {
    return field.isNullable ? [] : fault("missing");
  }
  switch (field.kind) {
    case "text": {
      const text = String(value);
      if (text.length < field.lengthMin)
        return fault(text === "" ? "missing" : "short", field.lengthMin);
      if (field.lengthMax !== null && text.length > field.lengthMax)
        return fault("long", field.lengthMax);
      return fits(field.pattern, text) ? [] : fault(text === "" ? "missing" : "pattern");
    }
    case "number": {
      const number = Number(value);
      if (value === "" || Number.isNaN(number)) return fault("missing");
      if (field.isWhole && !Number.isInteger(number)) return fault("whole");
      if (field.least !== null && field.isOverLeast && number <= field.least) {
        return fault("over", field.least);
      }
      if (field.least !== null && number < field.least) return fault("least", field.least);
      return field.most !== null && number > field.most ? fault("most", field.most) : [];
    }
    case "choice":
      return field.options.includes(String(value)) ? [] : fault("missing");
    case "list":
    case "rules":
      return (value as readonly Value[]).flatMap((one, n) =>
        faultsOf(field.item, one, under(path, n)),
      );
    case "tuple":
      return field.items.flatMap((item, n) =>
        faultsOf(item, (value as readonly Value[])[n], under(path, n)),
      );
    case "table":
      return Object.entries(value).flatMap(([key, one]) => [
        ...faultsOf(field.key, key, under(path, key)),
        ...faultsOf(field.value, one, under(path, key)),
      ]);
    case "group":
      return isThing(value)
        ? field.parts.flatMap((part) =>
            faultsOf(part.field, value[part.name], under(path, part.name)),
          )
        : fault("missing");
    case "flag":
      return [];
  }
}

/** The place of a part in what stands at `path`. */
export function under(path: string, name: string | number): string {
  return path === "" ? String(name) : `${path}.${name}`;
}

/** A pattern that this browser cannot read is left to the server. */
function fits(pattern: string | null, text: string): boolean {
  if (pattern === null) return true;
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

/** The server's sentences by the field that they name; "" holds those that name none. */
export type Told = ReadonlyMap<string, readonly string[]>;

/**
 * Faults come as "`queues.sales.hours`: there is no …" in lines, or as "body.tries: …; body.x: …".
 * `thing` is what the server calls the form: `queues.sales`, `site`.
 */
export function toldFaults(sentence: string, thing: string): Told {
  const told = new Map<string, string[]>();
  const parts = sentence.includes("`") ? sentence.split("\n") : sentence.split(/; (?=body\.)/);
  for (const part of parts.filter(Boolean)) {
    const found = /^`([^`]+)`: (.*)$/s.exec(part) ?? /^(body[^:\s]*): (.*)$/s.exec(part);
    const path = found?.[1]?.replace(/^body\.?/, "") ?? null;
    const place = path === null ? "" : (within(path, thing) ?? "");
    // Of another part of the configuration: the whole sentence says which.
    const text = place === "" ? part : (found?.[2] ?? part);
    told.set(place, [...(told.get(place) ?? []), text]);
  }
  return told;
}

function within(path: string, thing: string): string | null {
  if (path === thing) return "";
  if (path.startsWith(`${thing}.`)) return path.slice(thing.length + 1);
  return /^(queues|agents|calendars|recording|retention|site|value|dispositions|scripts|thresholds|campaigns|questionnaires)\./.test(
    path,
  )
    ? null
    : path;
}

/** What is told of a field, or of anything in it. */
export function toldAt(told: Told, path: string): readonly string[] {
  return [...told]
    .filter(([place]) => place === path || place.startsWith(`${path}.`))
    .flatMap(([, all]) => all);
}
