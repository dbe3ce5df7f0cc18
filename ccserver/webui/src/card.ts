// The caller's card.

import { el, row, table } from "./dom.ts";
import type { Card, LastContact } from "./messages.ts";
import { clock, type Language, say, sayInstant, sayName } from "./words.ts";

/** `below` ends the card: what can be done about the caller. */
export function cardView(card: Card | null, language: Language, below: HTMLElement): HTMLElement {
  if (card === null) {
    return el("section", "card empty", el("p", "hint", say(language, "noCaller")));
  }
  const name = card.name || say(language, card.complete ? "unknownCaller" : "loading");
  return el(
    "section",
    `card tier-${card.tier}`,
    el("header", "", el("h2", "", name), el("span", "badge", sayName(language, "tier", card.tier))),
    facts(card, language),
    ...attached(card, language),
    card.notes ? el("p", "notes", card.notes) : null,
    el("h3", "", say(language, "lastContacts")),
    lastContacts(card, language),
    below,
  );
}

/** What the flow asked or looked up, under its own labels. */
function attached(card: Card, language: Language): HTMLElement[] {
  if (card.data.length === 0) return [];
  return [
    el("h3", "", say(language, "data")),
    list(card.data.map(({ label, value }) => [label, value || "–"])),
  ];
}

function facts(card: Card, language: Language): HTMLElement {
  const rows: [string, string][] = [
    [say(language, "number"), card.number || say(language, "withheld")],
    [say(language, "queue"), sayName(language, "queue", card.queue)],
    [say(language, "waited"), clock(card.waited_ms)],
    [say(language, "value"), `${Math.round(card.value * 100)} / 100`],
    [say(language, "reasons"), reasons(card, language) || "–"],
    [say(language, "language"), sayName(language, "language", card.language) || "–"],
    [say(language, "keys"), keys(card, language) || "–"],
  ];
  return list(rows);
}

function list(rows: readonly (readonly [string, string])[]): HTMLElement {
  const parts = rows.map(([term, text]) => el("div", "", el("dt", "", term), el("dd", "", text)));
  return el("dl", "facts", ...parts);
}

/** The way through the flow's menus. */
function keys(card: Card, language: Language): string {
  const said = (key: string) => (key === "hidden" ? say(language, "hidden") : key);
  return card.keys
    .map(({ step, key }) => `${step}: ${said(key) || say(language, "noAnswer")}`)
    .join(" · ");
}

/** In hundredths, as the value itself; what does not make up one is left out. */
function reasons(card: Card, language: Language): string {
  return card.reasons
    .map(({ part, share }) => ({
      name: say(language, `part.${part}`),
      n: Math.round(share * 100),
    }))
    .filter(({ n }) => n > 0)
    .map(({ name, n }) => `${name} ${n}`)
    .join(" · ");
}

function lastContacts(card: Card, language: Language): HTMLElement {
  if (card.last_contacts.length === 0) {
    return el("p", "hint", say(language, card.complete ? "noContacts" : "loading"));
  }
  const heads = ["when", "queue", "agent", "talk", "outcome"] as const;
  return table(
    heads.map((head) => say(language, head)),
    card.last_contacts.map((last) => lastRow(last, language)),
  );
}

function lastRow(last: LastContact, language: Language): HTMLElement {
  return row(
    sayInstant(language, last.at),
    sayName(language, "queue", last.queue),
    last.agent || "–",
    last.talk_ms ? clock(last.talk_ms) : "–",
    sayName(language, "outcome", last.outcome),
  );
}
