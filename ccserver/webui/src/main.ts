// The page: log in, own state, the caller's card; for supervisors the floor below.

import { cardView } from "./card.ts";
import { ago, button, el } from "./dom.ts";
import { floorView } from "./floor.ts";
import { Link } from "./link.ts";
import type { ServerMessage } from "./messages.ts";
import { keep, kept, logIn, type Session } from "./session.ts";
import { apply, buttons, EMPTY, own, type State } from "./store.ts";
import { clock, firstLanguage, type Language, PAUSE_REASONS, say, sayName } from "./words.ts";

const LANGUAGE_KEY = "ccserver.language";

const page = document.getElementById("page") as HTMLElement;
const banner = document.getElementById("banner") as HTMLElement;

let language: Language = firstLanguage(localStorage.getItem(LANGUAGE_KEY), navigator.languages);
let session: Session | null = kept();
let state: State = EMPTY;
let link: Link | null = null;
let renewal: number | undefined;
let isReachable = false;
let isDrawn = true;
/** What is shown and changes: replaced whole, while the buttons stay under the finger. */
let desk: Desk | null = null;

interface Desk {
  readonly state: HTMLElement;
  readonly refusal: HTMLElement;
  readonly card: HTMLElement;
  readonly floor: HTMLElement;
  readonly ready: HTMLButtonElement;
  readonly pause: HTMLButtonElement;
  readonly hangUp: HTMLButtonElement;
  readonly wrapUpDone: HTMLButtonElement;
  readonly transfer: HTMLButtonElement;
  readonly queues: HTMLSelectElement;
}

// -- log in

function showLogin(message = ""): void {
  desk = null;
  document.title = say(language, "title");
  const login = el("input", "");
  login.name = "login";
  login.autocomplete = "username";
  login.required = true;
  const password = el("input", "");
  password.name = "password";
  password.type = "password";
  password.autocomplete = "current-password";
  password.required = true;
  const note = el("p", "refusal", message);
  note.setAttribute("role", "status");
  const submit = el("button", "primary", say(language, "logIn"));
  const form = el(
    "form",
    "login",
    el("h1", "", say(language, "title")),
    el("label", "", say(language, "login"), login),
    el("label", "", say(language, "password"), password),
    submit,
    note,
    languageSwitch(),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    note.textContent = say(language, "loggingIn");
    const answer = await logIn(login.value, password.value);
    submit.disabled = false;
    if (answer === null || typeof answer === "string") {
      note.textContent = answer ?? say(language, "noServer");
      password.select();
    } else {
      start(answer);
    }
  });
  page.replaceChildren(form);
  login.focus();
}

function languageSwitch(): HTMLElement {
  return button(say(language, "otherLanguage"), "quiet", () => {
    language = language === "zh" ? "en" : "zh";
    localStorage.setItem(LANGUAGE_KEY, language);
    draw();
  });
}

// -- the session

function start(with_: Session): void {
  session = with_;
  isReachable = false;
  state = { ...EMPTY, me: with_.me };
  keep(session);
  draw();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  link?.stop();
  link = new Link(`${scheme}://${location.host}/live`, {
    heard,
    reachable: (is) => {
      if (is === isReachable && banner.hidden === is) return;
      isReachable = is;
      banner.hidden = is;
      banner.textContent = say(language, "unreachable");
      fill();
    },
    ended: (code) => end(say(language, code === 4409 ? "tooManyScreens" : "sessionEnded")),
    hello: () => ({
      token: session?.token ?? "",
      since: state.run === null ? null : state.seq,
      run: state.run,
    }),
  });
}

function end(message: string): void {
  window.clearTimeout(renewal);
  link?.stop();
  link = null;
  session = null;
  keep(null);
  state = EMPTY;
  banner.hidden = true;
  draw();
  showLogin(message);
}

function heard(message: ServerMessage): void {
  state = apply(state, message, Date.now());
  if (message.type === "tick") return;
  if (message.type === "token" && session !== null) {
    session = { ...session, token: message.token, expires_at: message.expires_at };
    keep(session);
  }
  if (message.type === "token" || message.type === "snapshot") renewInTime();
  if (message.type === "caller_card") {
    // At once, also in a window that is hidden and draws no frames.
    fill();
    link?.send({ type: "ack_pop", contact: message.card.contact });
    return;
  }
  if (message.type === "snapshot" && state.card !== null) {
    link?.send({ type: "ack_pop", contact: state.card.contact });
  }
  if (isDrawn) {
    isDrawn = false;
    window.setTimeout(fill, 50);
  }
}

function renewInTime(): void {
  if (session === null) return;
  window.clearTimeout(renewal);
  const left = session.expires_at - (Date.now() + state.clockOffset);
  renewal = window.setTimeout(
    () => {
      link?.send({ type: "renew_token" });
      renewal = window.setTimeout(renewInTime, 10_000);
    },
    Math.max(0, left * 0.6),
  );
}

// -- the desk

function showDesk(): void {
  const reasons = el(
    "select",
    "",
    ...PAUSE_REASONS.map((reason) => {
      const option = el("option", "", sayName(language, "reason", reason));
      option.value = reason;
      return option;
    }),
  );
  reasons.setAttribute("aria-label", say(language, "reason"));
  const queues = el("select", "");
  queues.setAttribute("aria-label", say(language, "queue"));
  const send = (type: "ready" | "hang_up" | "wrap_up_done") => () => ask(() => ({ type }));
  desk = {
    state: el("div", "own"),
    refusal: el("p", "refusal"),
    card: el("div", ""),
    floor: el("div", ""),
    ready: button(say(language, "ready"), "go", send("ready")),
    pause: button(say(language, "pause"), "", () =>
      ask(() => ({ type: "pause", reason: reasons.value })),
    ),
    hangUp: button(say(language, "hangUp"), "stop", send("hang_up")),
    wrapUpDone: button(say(language, "wrapUpDone"), "primary", send("wrap_up_done")),
    transfer: button(say(language, "transfer"), "", () =>
      ask(() => ({ type: "transfer", queue: queues.value })),
    ),
    queues,
  };
  desk.refusal.setAttribute("role", "status");
  const isAgent = session?.me.agent != null;
  const actions = el(
    "div",
    "actions",
    desk.ready,
    el("span", "pair", desk.pause, reasons),
    desk.hangUp,
    el("span", "pair", desk.transfer, desk.queues),
    desk.wrapUpDone,
  );
  page.replaceChildren(
    el(
      "header",
      "top",
      el("strong", "", session?.me.name ?? ""),
      desk.state,
      el("span", "gap"),
      languageSwitch(),
      button(say(language, "logOut"), "quiet", () => {
        link?.send({ type: "log_out" });
      }),
    ),
    el("main", "", ...(isAgent ? [actions, desk.refusal, desk.card] : []), desk.floor),
  );
  fill();
}

function ask(message: () => Parameters<Link["send"]>[0]): void {
  state = { ...state, refusal: null };
  link?.send(message());
  fill();
}

function fill(): void {
  isDrawn = true;
  if (desk === null) return;
  const mine = own(state);
  const can = buttons(state);
  desk.ready.disabled = !(isReachable && can.ready);
  desk.pause.disabled = !(isReachable && can.pause);
  desk.hangUp.disabled = !(isReachable && can.hangUp);
  desk.wrapUpDone.disabled = !(isReachable && can.wrapUpDone);
  desk.transfer.disabled = !(isReachable && can.transfer);
  listQueues(desk.queues);
  desk.state.replaceChildren(
    ...(mine === null
      ? []
      : [
          el("span", `dot work-${mine.work}`, sayName(language, "work", mine.work)),
          mine.work === "paused"
            ? el("span", "hint", sayName(language, "reason", mine.reason))
            : "",
          ago(mine.since_at),
        ]),
  );
  desk.refusal.textContent = refusalText();
  desk.card.replaceChildren(cardView(state.card, language));
  if (state.me !== null && state.me.role !== "agent") {
    desk.floor.replaceChildren(floorView(state, language));
  }
  const caller = state.card?.name || state.card?.number;
  document.title = state.card === null ? say(language, "title") : `☎ ${caller ?? ""}`;
  tickClocks();
}

/** The choice stays under the finger while the queues are the same. */
function listQueues(select: HTMLSelectElement): void {
  const shown = [...select.options].map((option) => option.value);
  if (shown.join("\n") === state.queues.join("\n")) return;
  const chosen = select.value;
  select.replaceChildren(
    ...state.queues.map((queue) => {
      const option = el("option", "", sayName(language, "queue", queue));
      option.value = queue;
      option.selected = queue === chosen;
      return option;
    }),
  );
}

function refusalText(): string {
  const { refusal } = state;
  if (refusal === null) return "";
  const why = refusal.type === "refused" ? refusal.reason : refusal.error;
  return `${say(language, "refused")} ${sayName(language, "refusal", why)}`;
}

function tickClocks(): void {
  const now = Date.now() + state.clockOffset;
  for (const shown of document.querySelectorAll<HTMLElement>("[data-since]")) {
    shown.textContent = clock(now - Number(shown.dataset.since));
  }
}

function draw(): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  if (session === null) showLogin();
  else showDesk();
}

window.setInterval(tickClocks, 1000);
if (session === null) draw();
else start(session);
