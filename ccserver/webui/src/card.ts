// The caller's card.

import { el } from "./dom.ts";
import type { Card, LastContact } from "./messages.ts";
import { clock, type Language, say, sayName } from "./words.ts";

export function cardView(card: Card | null, language: Language): HTMLElement {
  if (card === null) {
    return el("section", "card empty", el("p", "hint", say(language, "noCaller")));
  }
  const name = card.name || say(language, card.complete ? "unknownCaller" : "loading");
  return el(
    "section",
    `card tier-${card.tier}`,
    el("header", "", el("h2", "", name), el("span", "badge", sayName(language, "tier", card.tier))),
    facts(card, language),
    card.notes ? el("p", "notes", card.notes) : null,
    el("h3", "", say(language, "lastContacts")),
    lastContacts(card, language),
  );
}

function facts(card: Card, language: Language): HTMLElement {
  const keys = card.keys
    .map(({ step, key }) => `${step}: ${key || say(language, "noAnswer")}`)
    .join(" · ");
  const rows: [string, string][] = [
    [say(language, "number"), card.number || say(language, "withheld")],
    [say(language, "queue"), sayName(language, "queue", card.queue)],
    [say(language, "waited"), clock(card.waited_ms)],
    [say(language, "value"), `${Math.round(card.value * 100)} / 100`],
    [say(language, "reasons"), reasons(card, language) || "–"],
    [say(language, "language"), sayName(language, "language", card.language) || "–"],
    [say(language, "keys"), keys || "–"],
  ];
  const list = el("dl", "facts");
  for (const [term, text] of rows) {
    list.append(el("div", "", el("dt", "", term), el("dd", "", text)));
  }
  return list;
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
  return el(
    "table",
    "",
    el("thead", "", el("tr", "", ...heads.map((head) => el("th", "", say(language, head))))),
    el("tbody", "", ...card.last_contacts.map((last) => lastRow(last, language))),
  );
}

function lastRow(last: LastContact, language: Language): HTMLElement {
  const when = new Date(last.at).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
  });
  const texts = [
    when,
    sayName(language, "queue", last.queue),
    last.agent || "–",
    last.talk_ms ? clock(last.talk_ms) : "–",
    sayName(language, "outcome", last.outcome),
  ];
  return el("tr", "", ...texts.map((text) => el("td", "", text)));
}
