// Where the agent's phone is, and the browser's own: one for the whole page.

import { computed, readonly, ref, shallowReadonly, shallowRef, watch } from "vue";
import { Problem } from "../api.ts";
import { useDesk } from "../desk/settings.ts";
import { api, ask, listen, useLive } from "../live.ts";
import type { PhoneKind } from "../messages.ts";
import { close, onDevices, openMicrophone } from "./devices.ts";
import type { MicrophoneFault } from "./fault.ts";
import { type Account, Line, type LineState } from "./line.ts";
import { wakeSounds } from "./sounds.ts";
import { beThePhone, forgetScreen, isHere, newScreen, screen, type Way, wasPhone } from "./tab.ts";
import { type Answering, findWay, forgetLost, invited, isBusy, lose, useTalk } from "./talk.ts";

export type Why = MicrophoneFault | "refused" | "network" | Problem;

export type PhoneState =
  | { readonly is: "off" | "connecting" | "registered" | "elsewhere" }
  | { readonly is: "failed"; readonly why: Why };

interface Told {
  readonly kind: PhoneKind | null;
  readonly phone: string | null;
  readonly reachable: boolean;
}

const AUTO_KEY = "ccserver.auto_answer";
const AGAIN_MS = 5000;
const NAP_MS = 15_000;
const BACK_MS = 20_000;

const { state: live, mine, session, isReachable, ended, me } = useLive();
const desk = useDesk();
const talk = useTalk();
const kind = ref<PhoneKind | null>(null);
const state = shallowRef<PhoneState>({ is: "off" });
const isAutoAnswer = ref(localStorage.getItem(AUTO_KEY) === "yes");

let line: Line | null = null;
let giveBack: (() => void) | null = null;
let again: number | undefined;
let isStarted = false;
/** Who was logged in last. */
let owner = session.value?.me.login ?? null;
/** The talk is on a line that is no longer this page's phone. */
let isRetired = false;
/** The connection was lost since it registered last. */
let isCut = false;
/** Until when the next call is the lost talk that comes back, ms. */
let backUntil = 0;

// -- where the phone is

async function look(): Promise<void> {
  const before = giveBack;
  const told = await api.json<Told>("/api/phone");
  // Meanwhile the person has chosen.
  if (told instanceof Problem || giveBack !== before) return;
  kind.value = told.kind;
  if (told.kind !== "browser" || line !== null || giveBack !== null) return;
  if (told.reachable && !wasPhone()) await waitForIt();
  else take("ask");
}

/** On another computer the phone stays until somebody takes it over; from another tab of this
 * browser it comes here when that one is closed. */
async function waitForIt(): Promise<void> {
  state.value = { is: "elsewhere" };
  if ((await isHere()) && line === null && giveBack === null) take("wait");
}

/** The person chooses. */
async function choosePhone(chosen: PhoneKind): Promise<void> {
  if (chosen === "browser") {
    if (kind.value !== "browser" || state.value.is === "elsewhere") newScreen();
    kind.value = "browser";
    stop();
    take("take");
    return;
  }
  const answer = await api.json("/api/phone", {
    method: "PUT",
    body: { kind: chosen },
  });
  if (answer instanceof Problem) state.value = { is: "failed", why: answer };
  else leave("desk");
}

function leave(to: PhoneKind): void {
  kind.value = to;
  stop();
  forgetScreen();
  if (to === "desk") state.value = { is: "off" };
  else void waitForIt();
}

function stop(): void {
  window.clearTimeout(again);
  retire();
  giveBack?.();
  giveBack = null;
}

/** A talk goes before everything else: the line that has it ends with it. */
function retire(): void {
  const old = line;
  line = null;
  if (old === null) return;
  if (!isBusy()) {
    old.stop();
    return;
  }
  isRetired = true;
  const done = watch(talk.call, (call) => {
    if (call !== null) return;
    done();
    isRetired = false;
    old.stop();
  });
}

function take(way: Way): void {
  state.value = { is: way === "wait" ? "elsewhere" : "connecting" };
  giveBack = beThePhone(
    {
      mine: () => {
        inherit();
        void register();
      },
      theirs: () => {
        retire();
        state.value = { is: "elsewhere" };
      },
    },
    way,
  );
}

// -- the browser's phone

/** Without a microphone no call is offered that nobody could answer. */
async function register(): Promise<void> {
  const turn = giveBack;
  window.clearTimeout(again);
  retire();
  state.value = { is: "connecting" };
  const microphone = await openMicrophone();
  if (turn !== giveBack) return;
  if (typeof microphone === "string") {
    state.value = { is: "failed", why: microphone };
    return;
  }
  close(microphone);
  const account = await chooseBrowser();
  if (turn !== giveBack) return;
  if (account instanceof Problem) failed(account);
  else await connect(account);
}

function chooseBrowser(): Promise<Account | Problem> {
  return api.json<Account>("/api/phone", {
    method: "PUT",
    body: { kind: "browser", screen: screen() },
  });
}

/** The server forgets a browser that was away for minutes: say again that it is here. */
async function stay(): Promise<void> {
  const told = line;
  if (told === null) return;
  const account = await chooseBrowser();
  if (account instanceof Problem || line !== told || isBusy()) return;
  if (account.password !== told.account.password) await register();
}

async function connect(account: Account): Promise<void> {
  const made = new Line(account, {
    is: (told) => {
      if (line === made) lineIs(told);
    },
    invited: (offered, contact, isOffHook) => {
      const way = isOffHook ? "at_once" : answering(contact);
      invited(offered, contact, way, account.ice_servers);
    },
  });
  line = made;
  await made.start();
}

function lineIs(told: LineState): void {
  if (told === "refused") {
    failed("refused");
  } else if (told === "network") {
    isCut = true;
    state.value = { is: "failed", why: "network" };
  } else {
    state.value = { is: told };
    if (told === "registered" && isCut) {
      isCut = false;
      if (!isRetired) findWay();
    }
  }
}

/** A new line could not carry on the talk that is on the old one. */
function retry(): void {
  if (isBusy() && line !== null) line.reconnect();
  else void register();
}

/** New credentials may help, or time. A talk that is on goes before. */
function failed(why: Why): void {
  state.value = { is: "failed", why };
  window.clearTimeout(again);
  again = window.setTimeout(() => (isBusy() ? failed(why) : void register()), AGAIN_MS);
}

function answering(contact: string | null): Answering {
  // The same talk as before this page was loaded anew: it has not ended meanwhile.
  if (Date.now() < backUntil) return "at_once";
  if (contact !== null && contact === talk.lost.value) return "at_once";
  // Nobody who joins a talk wants to be asked whether he does.
  if (isJoining(contact)) return "at_once";
  const { card } = live.value;
  const isQueues = desk.queue(card?.queue)?.auto_answer ?? false;
  return isAutoAnswer.value || isQueues ? "after_tone" : "by_hand";
}

function isJoining(contact: string | null): boolean {
  const parties = live.value.calls.get(contact ?? "")?.parties ?? [];
  return parties.some((one) => one.supervisor === me.value?.login && !one.answered);
}

function setAutoAnswer(is: boolean): void {
  isAutoAnswer.value = is;
  localStorage.setItem(AUTO_KEY, is ? "yes" : "no");
}

// -- a talk that went on while the page was loaded anew

const isSoundLost = computed(
  () =>
    kind.value === "browser" &&
    talk.call.value === null &&
    mine.value?.work === "on_call" &&
    talk.lost.value === mine.value.contact,
);

function takeBack(): void {
  backUntil = Date.now() + BACK_MS;
  ask({ type: "sound_back" });
}

/** The switch may need a moment to see that the phone has registered. */
function backRefused(): void {
  if (backUntil - Date.now() < BACK_MS / 2) return;
  window.setTimeout(() => isSoundLost.value && ask({ type: "sound_back" }), 1000);
}

/** The tab that was the phone is closed: its talk is here now, as after a reload. */
function inherit(): void {
  const agent = mine.value;
  if (state.value.is !== "elsewhere" || talk.call.value !== null) return;
  if (agent?.work === "on_call" && agent.contact !== null) lose(agent.contact);
}

// -- a talk of which the phone has not heard the end

const DEAF_MS = 3000;
/** The contact in which both the server and the phone have seen the agent. */
let joined: string | null = null;
let deaf: number | undefined;

/** Nothing is known of the talk while the person is at the log-in. */
function isOver(): boolean {
  if (joined === null || joined !== talk.call.value?.contact) return false;
  return mine.value !== null && mine.value.work !== "on_call";
}

function followEnd(): void {
  const contact = talk.call.value?.contact ?? null;
  if (mine.value?.work === "on_call" && mine.value.contact === contact) joined = contact;
  window.clearTimeout(deaf);
  if (!isOver()) return;
  deaf = window.setTimeout(() => {
    if (isOver()) talk.hangUp();
  }, DEAF_MS);
}

// -- what happens around it

function start(): void {
  if (isStarted) return;
  isStarted = true;
  wakeSounds();
  window.addEventListener("online", () => line?.reconnect());
  onDevices(() => {
    if (isWithoutMicrophone(state.value)) void register();
  });
  watch(isReachable, (is) => {
    if (is) void stay();
  });
  let seen = Date.now();
  window.setInterval(() => {
    // A timer that jumped: the computer slept, and the connection with it.
    if (Date.now() - seen > NAP_MS) line?.reconnect();
    seen = Date.now();
  }, 1000);
  listen((message) => {
    if (message.type === "snapshot" && message.me.agent !== null) void look();
    if (message.type === "phone_chosen") chosenBy(message.kind, message.screen);
    if (message.type === "refused" && message.request === "sound_back") backRefused();
  });
  watch([session, talk.call], followSession);
  // Once by itself, as soon as the phone can ring; a button asks again.
  const stopBack = watch(
    () => isSoundLost.value && state.value.is === "registered",
    (is) => {
      if (!is) return;
      stopBack();
      takeBack();
    },
  );
  // It may ring a moment before the page is told why.
  const isAsked = () => talk.call.value?.state === "ringing" && isJoining(talk.call.value.contact);
  watch(isAsked, (is) => is && void talk.answer());
  watch([mine, talk.call], followEnd);
  watch([mine, talk.lost], ([agent, lost]) => {
    if (agent !== null && lost !== null && agent.contact !== lost) forgetLost();
  });
  if (live.value.run !== null) void look();
}

/** Who logs out ends his talk; whose session is over has the caller on the line still. */
function followSession(): void {
  const login = session.value?.me.login ?? null;
  const isSame = login === null ? ended.value !== "loggedOut" && isBusy() : login === owner;
  if (login !== null) owner = login;
  if (isSame) return;
  line?.stop();
  stop();
  kind.value = null;
  state.value = { is: "off" };
}

function chosenBy(chosen: PhoneKind, by: string): void {
  if (chosen === "browser" && by === screen()) return;
  leave(chosen);
}

export function isWithoutMicrophone(is: PhoneState): boolean {
  if (is.is !== "failed" || typeof is.why !== "string") return false;
  return is.why !== "refused" && is.why !== "network";
}

export function usePhone() {
  start();
  return {
    /** null: not known yet. */
    kind: readonly(kind),
    state: shallowReadonly(state),
    /** The talk goes on in Asterisk, but its sound is not on this page any more. */
    isSoundLost,
    takeBack,
    isAutoAnswer: readonly(isAutoAnswer),
    setAutoAnswer,
    choosePhone,
    retry,
    ...talk,
  };
}
