// Marking the caller as a nuisance, during the talk or after, and taking it back.

import { type Api, Problem, path } from "./api.ts";
import { button, el, select, statusLine } from "./dom.ts";
import type { Contact } from "./rows.ts";
import { listedAs, mayMark, type Nuisance, type State } from "./store.ts";
import { type Language, NUISANCES, say, sayFailure, sayName } from "./words.ts";

export interface NuisanceBar {
  readonly element: HTMLElement;
  fill(state: State): void;
}

/** `learned` is told what is known of the number since. */
export function nuisanceBar(
  language: Language,
  api: Api,
  learned: (nuisance: Nuisance) => void,
): NuisanceBar {
  let contact = "";
  let isBusy = false;
  const reason = select(
    say(language, "reason"),
    NUISANCES.map((one) => [one, sayName(language, "nuisance", one)]),
  );
  const mark = button(say(language, "nuisance"), "", () =>
    change({ method: "POST", body: { reason: reason.value } }, reason.value),
  );
  const undo = button(say(language, "nuisanceUndo"), "", () => change({ method: "DELETE" }, null));
  const marking = el("span", "pair", mark, reason);
  const listed = el("span", "listed");
  const note = statusLine("refusal");
  const element = el("div", "nuisance", listed, marking, undo, note);

  async function change(
    how: { method: "POST" | "DELETE"; body?: unknown },
    after: string | null,
  ): Promise<void> {
    if (isBusy) return;
    const of = contact;
    isBusy = true;
    note.textContent = "";
    const answer = await api.json(path("contacts", of, "nuisance"), how);
    isBusy = false;
    if (!(answer instanceof Problem)) learned({ contact: of, reason: after });
    else if (of === contact) note.textContent = sayFailure(language, answer);
  }

  async function look(of: string): Promise<void> {
    const answer = await api.json<Contact>(path("contacts", of));
    if (!(answer instanceof Problem)) learned({ contact: of, reason: answer.nuisance });
  }

  return {
    element,
    fill(state) {
      const isShown = mayMark(state);
      const now = isShown ? (state.card?.contact ?? "") : "";
      if (now !== contact) {
        contact = now;
        note.textContent = "";
        // It may be listed since an earlier call, or marked before this page was loaded anew.
        if (now && state.nuisance?.contact !== now) void look(now);
      }
      const why = listedAs(state);
      const focused = document.activeElement;
      element.hidden = !isShown;
      marking.hidden = why !== null;
      undo.hidden = listed.hidden = why === null;
      const said = why === null ? "" : sayName(language, "nuisance", why);
      listed.textContent = `${say(language, "nuisanceListed")} ${said}`;
      // The button under the finger has gone: the other takes its place.
      if (marking.hidden && marking.contains(focused)) undo.focus();
      if (undo.hidden && undo === focused) mark.focus();
    },
  };
}
