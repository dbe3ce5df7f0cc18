// Messages that callers left: hear them, look after them, finish them.

import { type Api, Problem, path } from "./api.ts";
import { button, el, row, statusLine, table } from "./dom.ts";
import type { Me } from "./messages.ts";
import type { Voicemail } from "./rows.ts";
import { type State, type VoicemailAct, voicemailActs } from "./store.ts";
import { clock, type Language, say, sayFailure, sayInstant, sayName } from "./words.ts";

/** As many as the server sends at once. */
const ROWS_MAX = 100;
const HEADS = ["caller", "queue", "when", "length", "lookedAfterBy"] as const;
const WORDS = { take: "take", done: "done", put_back: "putBack" } as const;

export interface VoicemailView {
  readonly element: HTMLElement;
  fill(state: State): void;
  /** The agent's phone rings, or he goes home: no sound. */
  quiet(): void;
}

/** `changed` is told each message that this person has changed; `stale` asks for all anew. */
export function voicemailView(
  language: Language,
  me: Me,
  api: Api,
  changed: (voicemail: Voicemail) => void,
  stale: () => void,
): VoicemailView {
  let drawn: readonly Voicemail[] | null = null;
  let wanted = "";
  const list = el("div", "scroll");
  list.tabIndex = -1;
  const note = statusLine("refusal");
  const heard = el("span", "hint");
  const sound = el("audio", "");
  sound.controls = true;
  sound.setAttribute("aria-label", say(language, "player"));
  sound.addEventListener("error", () => {
    if (sound.src) note.textContent = say(language, "notPlayed");
  });
  const player = el("div", "player", heard, sound);
  player.hidden = true;
  const element = el("section", "floor", note, list, player);

  function stop(): void {
    wanted = "";
    sound.pause();
    sound.removeAttribute("src");
    player.hidden = true;
  }

  async function play(voicemail: Voicemail): Promise<void> {
    stop();
    wanted = voicemail.file;
    note.textContent = say(language, "moment");
    // The player asks for the pieces that it needs, and cannot send the token.
    const link = await api.json<{ url: string }>(
      path("recordings", voicemail.recording ?? 0, "link"),
      { method: "POST" },
    );
    if (wanted !== voicemail.file) return;
    note.textContent = link instanceof Problem ? sayFailure(language, link) : "";
    if (link instanceof Problem) return;
    heard.textContent = `${who(voicemail, language)} · ${sayInstant(language, voicemail.started_at)}`;
    player.hidden = false;
    sound.src = link.url;
    // A browser may want one more press, on the player itself.
    sound.play().catch(() => sound.focus());
  }

  async function act(voicemail: Voicemail, what: VoicemailAct): Promise<void> {
    note.textContent = "";
    const answer = await api.json<Voicemail>(path("voicemails", voicemail.file, what), {
      method: "POST",
    });
    if (answer instanceof Problem) {
      note.textContent = sayFailure(language, answer);
      stale();
    } else {
      if (what === "done" && wanted === voicemail.file) stop();
      changed(answer);
    }
  }

  function line(voicemail: Voicemail): HTMLElement {
    const named = (label: string, does: string, press: () => void): HTMLButtonElement => {
      const made = button(label, "small", press);
      made.setAttribute("aria-label", `${label}: ${who(voicemail, language)}`);
      made.dataset.does = does;
      made.dataset.file = voicemail.file;
      return made;
    };
    const acts = voicemailActs(me, voicemail).map((what) =>
      named(say(language, WORDS[what]), what, () => void act(voicemail, what)),
    );
    const taker = voicemail.taken_by;
    return row(
      who(voicemail, language),
      sayName(language, "queue", voicemail.queue),
      sayInstant(language, voicemail.started_at),
      clock(voicemail.ended_at - voicemail.started_at),
      taker === me.login ? say(language, "me") : (taker ?? say(language, "nobody")),
      el(
        "div",
        "buttons",
        voicemail.recording === null
          ? el("span", "hint", say(language, "noSound"))
          : named(say(language, "play"), "play", () => void play(voicemail)),
        ...acts,
      ),
    );
  }

  /** To the same button, else to another of that message, else to the first message or the empty list. */
  function focusLike({ does, file }: DOMStringMap): void {
    const all = [...list.querySelectorAll("button")];
    const same = all.filter((made) => made.dataset.file === file);
    (same.find((made) => made.dataset.does === does) ?? same[0] ?? all[0] ?? list).focus();
  }

  return {
    element,
    quiet: stop,
    fill({ voicemails }) {
      // Only what changed is drawn: the keyboard is on one of these buttons.
      if (voicemails === drawn || voicemails === null) return;
      const isSame = JSON.stringify(voicemails) === JSON.stringify(drawn);
      drawn = voicemails;
      if (isSame) return;
      const focused = document.activeElement;
      const hadFocus = focused instanceof HTMLElement && list.contains(focused) ? focused : null;
      list.replaceChildren(
        voicemails.length === 0
          ? el("p", "hint", say(language, "noVoicemails"))
          : table([...HEADS.map((head) => say(language, head)), ""], voicemails.map(line)),
        voicemails.length < ROWS_MAX ? "" : el("p", "hint", say(language, "moreVoicemails")),
      );
      if (hadFocus !== null) focusLike(hadFocus.dataset);
    },
  };
}

function who(voicemail: Voicemail, language: Language): string {
  return voicemail.caller || say(language, "withheld");
}
