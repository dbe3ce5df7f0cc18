// The one connection and the one store of this page. Every view reads from here.

import { computed, readonly, ref, shallowReadonly, shallowRef } from "vue";
import { Api } from "./api.ts";
import { Link } from "./link.ts";
import type { ClientMessage, Me, ServerMessage } from "./messages.ts";
import { keep, kept, type Session } from "./session.ts";
import { apply, EMPTY, own, type State } from "./store.ts";

/** Why the person is at the log-in again. */
export type Ended = "loggedOut" | "sessionEnded" | "shutOut" | "tooManyScreens" | null;

/** By the code with which the server closes (see x-close-codes in live.schema.json). */
const WHY: Readonly<Record<number, Ended>> = {
  4000: "loggedOut",
  4403: "shutOut",
  4409: "tooManyScreens",
};

const session = shallowRef<Session | null>(kept());
const state = shallowRef<State>(EMPTY);
const isReachable = ref(false);
/** It was tried, in vain. At first a connection is only on its way. */
const isAway = ref(false);
const ended = ref<Ended>(null);
/** The server's clock in ms, twice a second. */
const now = ref(Date.now());
const listeners = new Set<(message: ServerMessage) => void>();

let link: Link | null = null;
let renewal: number | undefined;

export const api = new Api(() => session.value?.token ?? "");

export function start(with_: Session): void {
  session.value = with_;
  keep(with_);
  ended.value = null;
  isReachable.value = false;
  isAway.value = false;
  state.value = { ...EMPTY, me: with_.me };
  link?.stop();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  link = new Link(`${scheme}://${location.host}/live`, {
    heard,
    reachable: (is) => {
      isReachable.value = is;
      isAway.value = !is;
    },
    ended: (code) => end(WHY[code] ?? "sessionEnded"),
    hello: () => ({
      token: session.value?.token ?? "",
      since: state.value.run === null ? null : state.value.seq,
      run: state.value.run,
    }),
  });
}

function end(why: Ended): void {
  window.clearTimeout(renewal);
  link?.stop();
  link = null;
  session.value = null;
  keep(null);
  state.value = EMPTY;
  ended.value = why;
}

function heard(message: ServerMessage): void {
  state.value = apply(state.value, message, Date.now());
  if (message.type === "token" && session.value !== null) {
    const { token, expires_at } = message;
    session.value = { ...session.value, token, expires_at };
    keep(session.value);
  }
  if (message.type === "token" || message.type === "snapshot") renewInTime();
  for (const listener of listeners) listener(message);
}

function renewInTime(): void {
  window.clearTimeout(renewal);
  if (session.value === null) return;
  const left = session.value.expires_at - (Date.now() + state.value.clockOffset);
  renewal = window.setTimeout(
    () => {
      link?.send({ type: "renew_token" });
      renewal = window.setTimeout(renewInTime, 10_000);
    },
    Math.max(0, left * 0.6),
  );
}

/** Ask the server for something. A refusal stands in the state until the next request. */
export function ask(message: ClientMessage): void {
  state.value = { ...state.value, refusal: null };
  link?.send(message);
}

/** Say something of which the person knows nothing: the refusal on the screen stays. */
export function tell(message: ClientMessage): void {
  link?.send(message);
}

/** Be told of each message after the state has changed. Returns how to stop. */
export function listen(listener: (message: ServerMessage) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLive() {
  return {
    state: shallowReadonly(state),
    isReachable: readonly(isReachable),
    isAway: readonly(isAway),
    ended: readonly(ended),
    session: shallowReadonly(session),
    me: computed<Me | null>(() => state.value.me ?? session.value?.me ?? null),
    mine: computed(() => own(state.value)),
    now: readonly(now),
    api,
    ask,
  };
}

/** Change what HTTP told, which the messages do not carry. */
export function change(with_: (state: State) => State): void {
  state.value = with_(state.value);
}

window.setInterval(() => {
  now.value = Date.now() + state.value.clockOffset;
}, 500);
if (session.value !== null) start(session.value);
