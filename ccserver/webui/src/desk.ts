// What an agent has at hand: the own state, the buttons, the caller's card.

import { cardView } from "./card.ts";
import { ago, button, el, select, setOptions, statusLine } from "./dom.ts";
import type { Card, ClientMessage } from "./messages.ts";
import type { NuisanceBar } from "./nuisance.ts";
import { buttons, own, type State } from "./store.ts";
import { type Language, PAUSE_REASONS, say, sayName } from "./words.ts";

export interface Desk {
  /** The own state, for the top of the page. */
  readonly state: HTMLElement;
  readonly actions: HTMLElement;
  readonly refusal: HTMLElement;
  readonly card: HTMLElement;
  fill(state: State, isReachable: boolean): void;
}

/** Made once; filled again and again, while the buttons stay under the finger. */
export function makeDesk(
  language: Language,
  ask: (message: ClientMessage) => void,
  nuisance: NuisanceBar,
): Desk {
  const reasons = select(
    say(language, "reason"),
    PAUSE_REASONS.map((reason) => [reason, sayName(language, "reason", reason)]),
  );
  const queues = select(say(language, "queue"), []);
  const send = (type: "ready" | "hang_up" | "wrap_up_done") => () => ask({ type });
  const ready = button(say(language, "ready"), "go", send("ready"));
  const pause = button(say(language, "pause"), "", () =>
    ask({ type: "pause", reason: reasons.value }),
  );
  const hangUp = button(say(language, "hangUp"), "stop", send("hang_up"));
  const wrapUpDone = button(say(language, "wrapUpDone"), "primary", send("wrap_up_done"));
  const transfer = button(say(language, "transfer"), "", () =>
    ask({ type: "transfer", queue: queues.value }),
  );
  const ownState = el("div", "own");
  const refusal = statusLine("refusal");
  const card = el("div", "");
  let drawn: Card | null | undefined;

  function ownLine(state: State): (Node | string)[] {
    const mine = own(state);
    if (mine === null) return [];
    const isPaused = mine.work === "paused";
    return [
      el("span", `dot work-${mine.work}`, sayName(language, "work", mine.work)),
      isPaused ? el("span", "hint", sayName(language, "reason", mine.reason)) : "",
      ago(mine.since_at),
    ];
  }

  function refusalText({ refusal }: State): string {
    if (refusal === null) return "";
    const why = refusal.type === "refused" ? refusal.reason : refusal.error;
    return `${say(language, "refused")} ${sayName(language, "refusal", why)}`;
  }

  return {
    state: ownState,
    refusal,
    card,
    actions: el(
      "div",
      "actions",
      ready,
      el("span", "pair", pause, reasons),
      hangUp,
      el("span", "pair", transfer, queues),
      wrapUpDone,
    ),
    fill(state, isReachable) {
      const can = buttons(state);
      ready.disabled = !(isReachable && can.ready);
      pause.disabled = !(isReachable && can.pause);
      hangUp.disabled = !(isReachable && can.hangUp);
      wrapUpDone.disabled = !(isReachable && can.wrapUpDone);
      transfer.disabled = !(isReachable && can.transfer);
      const shown = [...queues.options].map((option) => option.value);
      if (shown.join("\n") !== state.queues.join("\n")) {
        setOptions(
          queues,
          state.queues.map((queue) => [queue, sayName(language, "queue", queue)]),
        );
      }
      ownState.replaceChildren(...ownLine(state));
      refusal.textContent = refusalText(state);
      nuisance.fill(state);
      // Drawn anew only when it is another: what the agent has selected in it stays selected.
      if (state.card !== drawn) {
        drawn = state.card;
        card.replaceChildren(cardView(state.card, language, nuisance.element));
      }
    },
  };
}
