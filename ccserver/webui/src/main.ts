// The page: the session, the link to the server, and the views.

import { Api, Problem, path } from "./api.ts";
import { type Desk, makeDesk } from "./desk.ts";
import { button, el } from "./dom.ts";
import { floorView } from "./floor.ts";
import { flowView } from "./flows.ts";
import { Link } from "./link.ts";
import { loginForm } from "./login.ts";
import type { ClientMessage, Me, ServerMessage } from "./messages.ts";
import { nuisanceBar } from "./nuisance.ts";
import type { Voicemail } from "./rows.ts";
import { keep, kept, type Session } from "./session.ts";
import { apply, EMPTY, newVoicemails, type State, withVoicemail } from "./store.ts";
import { type Tab, type Tabs, tabs } from "./tabs.ts";
import { type VoicemailView, voicemailView } from "./voicemails.ts";
import { clock, firstLanguage, type Language, say } from "./words.ts";

const LANGUAGE_KEY = "ccserver.language";
/** How soon a message that a caller has left is counted. */
const VOICEMAILS_MS = 30_000;

const page = document.getElementById("page") as HTMLElement;
const banner = document.getElementById("banner") as HTMLElement;

let language: Language = firstLanguage(localStorage.getItem(LANGUAGE_KEY), navigator.languages);
let session: Session | null = kept();
let state: State = EMPTY;
let link: Link | null = null;
let renewal: number | undefined;
let isReachable = false;
let isDrawn = true;
let views: Views | null = null;

const api = new Api(() => session?.token ?? "");

interface Views {
  readonly desk: Desk;
  readonly floor: HTMLElement;
  readonly voicemails: VoicemailView;
  readonly tabs: Tabs;
}

// -- log in

function showLogin(message = ""): void {
  dropViews();
  document.title = say(language, "title");
  const form = loginForm(language, message, languageSwitch(), start);
  page.replaceChildren(form);
  form.querySelector("input")?.focus();
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
      if (is) void loadVoicemails();
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
  const before = state.card?.contact;
  state = apply(state, message, Date.now());
  if (message.type === "tick") return;
  if (message.type === "token" && session !== null) {
    session = { ...session, token: message.token, expires_at: message.expires_at };
    keep(session);
  }
  if (message.type === "token" || message.type === "snapshot") renewInTime();
  if (state.card !== null && state.card.contact !== before) {
    views?.tabs.choose("desk");
    views?.voicemails.quiet();
  }
  if (message.type === "caller_card") {
    // At once, also in a window that is hidden and draws no frames.
    fill();
    link?.send({ type: "ack_pop", contact: message.card.contact });
    return;
  }
  if (message.type === "snapshot" && state.card !== null) {
    link?.send({ type: "ack_pop", contact: state.card.contact });
  }
  fillSoon();
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

async function loadVoicemails(): Promise<void> {
  const asked = session?.me.id;
  if (asked === undefined || document.hidden) return;
  const found = await api.json<readonly Voicemail[]>(path("voicemails"));
  // While the server is away the banner says so; what was known stays.
  if (found instanceof Problem || session?.me.id !== asked) return;
  state = { ...state, voicemails: found };
  fillSoon();
}

// -- the views

function showViews(me: Me): void {
  dropViews();
  const nuisance = nuisanceBar(language, api, (known) => {
    state = { ...state, nuisance: known };
    fill();
  });
  const desk = makeDesk(language, ask, nuisance);
  const voicemails = voicemailView(
    language,
    me,
    api,
    (changed) => {
      state = withVoicemail(state, changed);
      fill();
    },
    () => void loadVoicemails(),
  );
  const floor = el("div", "");
  const isAgent = me.agent !== null;
  const shown: Tab[] = [
    {
      key: "desk",
      label: say(language, "desk"),
      panel: el("div", "", isAgent ? desk.card : null, floor),
    },
    {
      key: "voicemails",
      label: say(language, "voicemails"),
      panel: el("div", "", voicemails.element),
      shown: () => void loadVoicemails(),
    },
  ];
  if (me.role !== "agent") {
    const flows = flowView(language, me, api);
    const panel = el("div", "", flows.element);
    shown.push({ key: "flows", label: say(language, "flows"), panel, shown: flows.load });
  }
  const heads = tabs(say(language, "views"), shown);
  views = { desk, floor, voicemails, tabs: heads };
  page.replaceChildren(
    el(
      "header",
      "top",
      el("strong", "", me.name),
      desk.state,
      el("span", "gap"),
      languageSwitch(),
      button(say(language, "logOut"), "quiet", () => {
        link?.send({ type: "log_out" });
      }),
    ),
    el(
      "main",
      "",
      ...(isAgent ? [desk.actions, desk.refusal] : []),
      heads.list,
      ...shown.map(({ panel }) => panel),
    ),
  );
  fill();
}

function dropViews(): void {
  // An element that is taken off the page would play on.
  views?.voicemails.quiet();
  views = null;
}

function ask(message: ClientMessage): void {
  state = { ...state, refusal: null };
  link?.send(message);
  fill();
}

function fillSoon(): void {
  if (!isDrawn) return;
  isDrawn = false;
  window.setTimeout(fill, 50);
}

function fill(): void {
  isDrawn = true;
  if (views === null) return;
  views.desk.fill(state, isReachable);
  views.voicemails.fill(state);
  views.tabs.count("voicemails", newVoicemails(state));
  if (state.me !== null && state.me.role !== "agent") {
    views.floor.replaceChildren(floorView(state, language));
  }
  const caller = state.card?.name || state.card?.number;
  document.title = state.card === null ? say(language, "title") : `☎ ${caller ?? ""}`;
  tickClocks();
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
  else showViews(session.me);
}

window.setInterval(tickClocks, 1000);
window.setInterval(() => void loadVoicemails(), VOICEMAILS_MS);
document.addEventListener("visibilitychange", () => void loadVoicemails());
if (session === null) draw();
else start(session);
