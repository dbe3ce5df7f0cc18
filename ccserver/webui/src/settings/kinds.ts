// The kinds of things that are configured, and which schema and which path each has.

import { path } from "../api.ts";
import type { Book, Field, Schema } from "./schema.ts";
import { fieldOf, resolved } from "./schema.ts";

/** In the order of the menu. */
export const NAMED = [
  "queues",
  "agents",
  "skills",
  "teams",
  "calendars",
  "dispositions",
  "pause_reasons",
  "scripts",
  "thresholds",
  "campaigns",
  "questionnaires",
] as const;
export const SINGLE = ["targets", "value", "recording", "retention", "site"] as const;

export type NamedKind = (typeof NAMED)[number];
export type SingleKind = (typeof SINGLE)[number];
export type Kind = NamedKind | SingleKind;

/** What has only a title is kept as a text, and read and written as {title}. */
export const TITLED: readonly string[] = ["skills", "teams", "pause_reasons"];

export function isNamed(kind: Kind): kind is NamedKind {
  return (NAMED as readonly string[]).includes(kind);
}

export function pathOf(kind: Kind, name: string): string {
  return isNamed(kind) ? path("config", kind, name) : path("config", kind);
}

/** What a thing of this kind looks like; null: the server does not know the kind. */
export function fieldOfKind(book: Book, kind: Kind): Field | null {
  if (TITLED.includes(kind)) return fieldOf(book, { $ref: "#/TitleForm" });
  const whole: Schema | undefined = book.ConfigForm?.properties?.[kind];
  if (whole === undefined) return null;
  if (!isNamed(kind)) return fieldOf(book, whole);
  const [one] = Object.values(resolved(book, whole).patternProperties ?? {});
  return one === undefined ? null : fieldOf(book, one);
}

/** The names that a new thing of this kind may have. */
export const NAME_PATTERN = "^[a-z][a-z0-9_-]{0,39}$";

/** What fields with these names hold: names of things of that kind. */
const REFERS: Readonly<Record<string, NamedKind | "zones" | "policies" | "languages" | "results">> =
  {
    queues: "queues",
    queue: "queues",
    skills: "skills",
    required: "skills",
    preferred: "skills",
    agents: "agents",
    team: "teams",
    hours: "calendars",
    calendar: "calendars",
    campaigns: "campaigns",
    questionnaire: "questionnaires",
    result: "results",
    script: "scripts",
    zone: "zones",
    policy: "policies",
    languages: "languages",
  };

/** What may be chosen for a field. */
export interface Offered {
  readonly names: readonly { readonly name: string; readonly title: string }[];
  /** Others may be typed too. */
  readonly isOpen: boolean;
}

const POLICIES = ["balanced", "value", "fifo", "priority", "age"];
/** How an attempt can end that is followed by another. */
const RESULTS = [
  "busy",
  "no_answer",
  "machine",
  "congestion",
  "rejected",
  "disconnected",
  "failed",
  "abandoned",
  "lost",
];
const LANGUAGES = ["zh", "en"];

/** null: nothing is offered. `config` is all that is configured. */
export function offered(field: string, config: Readonly<Record<string, unknown>>): Offered | null {
  const kind = REFERS[field];
  const plain = (names: readonly string[], isOpen: boolean): Offered => ({
    names: names.map((name) => ({ name, title: "" })),
    isOpen,
  });
  switch (kind) {
    case undefined:
      return null;
    case "zones":
      return plain(Intl.supportedValuesOf("timeZone"), true);
    case "policies":
      return plain(POLICIES, true);
    case "languages":
      return plain(LANGUAGES, true);
    case "results":
      return {
        names: [...plain(RESULTS, false).names, ...thingsOf("dispositions", config)],
        isOpen: false,
      };
    default:
      return { names: thingsOf(kind, config), isOpen: false };
  }
}

function thingsOf(kind: NamedKind, config: Readonly<Record<string, unknown>>): Offered["names"] {
  const things = (config[kind] ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(things).map(([name, thing]) => ({ name, title: titleOf(thing) }));
}

export function titleOf(thing: unknown): string {
  if (typeof thing === "string") return thing;
  const title = (thing as { title?: unknown } | null | undefined)?.title;
  return typeof title === "string" ? title : "";
}
