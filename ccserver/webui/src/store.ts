// What this screen knows: a plain value, changed only by `apply`.

import type {
  AgentState,
  Alert,
  BadMessage,
  CallInfo,
  CampaignInfo,
  Card,
  Me,
  Note,
  PhoneChosen,
  Preview,
  QueueFigures,
  Refused,
  ServerMessage,
} from "./messages.ts";
import type { Voicemail } from "./rows.ts";

export interface State {
  readonly me: Me | null;
  readonly run: string | null;
  readonly seq: number;
  /** What to add to this computer's clock to get the server's, in ms. */
  readonly clockOffset: number;
  readonly agents: ReadonlyMap<string, AgentState>;
  readonly calls: ReadonlyMap<string, CallInfo>;
  readonly queues: readonly string[];
  readonly card: Card | null;
  /** Of the queues since midnight, for supervisors. */
  readonly figures: ReadonlyMap<string, QueueFigures>;
  readonly alerts: readonly Alert[];
  readonly wrapUp: WrapUp | null;
  /** The lead that is to be called or skipped. */
  readonly preview: Preview | null;
  /** How campaigns go, by name, for supervisors. */
  readonly campaigns: ReadonlyMap<string, CampaignInfo>;
  /** What supervisors wrote, newest last, until it is read. */
  readonly notes: readonly Note[];
  /** Where the agent's phone is, when that changed since the page was opened. */
  readonly phone: PhoneChosen | null;
  /** What the server would not do, until the next request. */
  readonly refusal: Refused | BadMessage | null;
  /** Messages of callers that nobody has finished; null: not yet asked for. */
  readonly voicemails: readonly Voicemail[] | null;
  /** What is known of the number of the card's caller; null: nothing yet. */
  readonly nuisance: Nuisance | null;
}

/** The own wrap-up. */
export interface WrapUp {
  readonly until_at: number;
  /** null: not told. */
  readonly extends_left: number | null;
  readonly disposition_required: boolean;
}

export interface Nuisance {
  readonly contact: string;
  /** Why the number is listed; null: it is not. */
  readonly reason: string | null;
}

export const EMPTY: State = {
  me: null,
  run: null,
  seq: 0,
  clockOffset: 0,
  agents: new Map(),
  calls: new Map(),
  queues: [],
  card: null,
  figures: new Map(),
  alerts: [],
  wrapUp: null,
  preview: null,
  campaigns: new Map(),
  notes: [],
  phone: null,
  refusal: null,
  voicemails: null,
  nuisance: null,
};

/** The state after one message. `now` is this computer's clock, in ms. */
export function apply(state: State, message: ServerMessage, now: number): State {
  const next = { ...state, seq: message.seq };
  switch (message.type) {
    case "snapshot":
      return {
        // These come over HTTP: what a snapshot does not tell, it does not change.
        voicemails: state.voicemails,
        nuisance: state.nuisance,
        notes: state.notes,
        phone: state.phone,
        me: message.me,
        run: message.run,
        seq: message.seq,
        clockOffset: message.at - now,
        agents: new Map(message.agents.map((agent) => [agent.agent, agent])),
        calls: new Map(message.calls.map((call) => [call.contact, call])),
        queues: message.queues,
        card: message.card,
        figures: new Map(message.figures.map((one) => [one.queue, one])),
        alerts: message.alerts,
        preview: message.preview,
        campaigns: new Map(message.campaigns.map((one) => [one.campaign, one])),
        wrapUp:
          message.wrap_up_until_at === null
            ? null
            : {
                until_at: message.wrap_up_until_at,
                extends_left: null,
                disposition_required: false,
              },
        refusal: null,
      };
    case "agent_changed": {
      const { agent } = message;
      const isMe = agent.agent === state.me?.agent;
      const card = isMe ? cardAfter(state.card, agent) : state.card;
      const wrapUp = isMe && agent.work !== "wrap_up" ? null : state.wrapUp;
      return { ...next, card, wrapUp, agents: new Map(state.agents).set(agent.agent, agent) };
    }
    case "call_changed":
      return { ...next, calls: new Map(state.calls).set(message.call.contact, message.call) };
    case "call_gone": {
      const calls = new Map(state.calls);
      calls.delete(message.contact);
      return { ...next, calls };
    }
    case "caller_card":
      return { ...next, card: message.card, refusal: null };
    case "figures_changed": {
      const { figures } = message;
      return { ...next, figures: new Map(state.figures).set(figures.queue, figures) };
    }
    case "alerts_changed":
      return { ...next, alerts: message.alerts };
    case "wrap_up_changed": {
      const { until_at, extends_left, disposition_required } = message;
      return { ...next, wrapUp: { until_at, extends_left, disposition_required } };
    }
    case "preview":
      return { ...next, preview: message.preview };
    case "campaign": {
      const { campaign } = message;
      return { ...next, campaigns: new Map(state.campaigns).set(campaign.campaign, campaign) };
    }
    case "note":
      return { ...next, notes: [...state.notes, message] };
    case "phone_chosen":
      return { ...next, phone: message };
    case "refused":
    case "error":
      return { ...next, refusal: message };
    case "tick":
      return { ...next, clockOffset: message.at - now };
    case "token":
      return next;
  }
}

/** The card goes when the agent no longer has its contact; it stays through the wrap-up. */
function cardAfter(card: Card | null, agent: AgentState): Card | null {
  return card !== null && agent.contact === card.contact ? card : null;
}

/** The own state; null for one who takes no calls. */
export function own(state: State): AgentState | null {
  return state.agents.get(state.me?.agent ?? "") ?? null;
}

/** The call that the agent is in, or that is on its way to him; null: there is none. */
export function ownCall(state: State): CallInfo | null {
  return state.calls.get(own(state)?.contact ?? "") ?? null;
}

export interface Buttons {
  readonly ready: boolean;
  readonly pause: boolean;
  readonly hangUp: boolean;
  readonly wrapUpDone: boolean;
  readonly extendWrapUp: boolean;
  readonly dial: boolean;
  readonly hold: boolean;
  readonly resume: boolean;
  readonly transfer: boolean;
  readonly consult: boolean;
  readonly endConsult: boolean;
  readonly completeTransfer: boolean;
  readonly conference: boolean;
  readonly record: boolean;
  readonly stopRecord: boolean;
  readonly pauseRecording: boolean;
  readonly resumeRecording: boolean;
}

export const NO_BUTTONS: Buttons = {
  ready: false,
  pause: false,
  hangUp: false,
  wrapUpDone: false,
  extendWrapUp: false,
  dial: false,
  hold: false,
  resume: false,
  transfer: false,
  consult: false,
  endConsult: false,
  completeTransfer: false,
  conference: false,
  record: false,
  stopRecord: false,
  pauseRecording: false,
  resumeRecording: false,
};

/** Which buttons make sense. The server has the last word. */
export function buttons(state: State): Buttons {
  const agent = own(state);
  if (agent === null) return NO_BUTTONS;
  const { work } = agent;
  const call = work === "on_call" ? ownCall(state) : null;
  return {
    ...NO_BUTTONS,
    ...(call === null ? {} : talkButtons(call, agent.agent)),
    ready: agent.presence !== "ready" || work === "missed",
    pause: agent.presence !== "paused",
    // While a customer is being called, it calls that off.
    hangUp: work === "on_call" || ownCall(state)?.state === "dialing",
    wrapUpDone: work === "wrap_up",
    extendWrapUp: work === "wrap_up" && state.wrapUp !== null && state.wrapUp.extends_left !== 0,
    dial: work === "available" || work === "paused" || work === "missed",
  };
}

/** Whoever does not have the caller can only leave the talk. */
function talkButtons(call: CallInfo, agent: string): Partial<Buttons> {
  if (call.agent !== agent) return {};
  // Supervisors do not mind: they go where the talk goes.
  const others = call.parties.filter((party) => party.supervisor === "");
  const isConsulting = call.phase === "consult";
  const isAlone = call.phase !== null && !isConsulting && others.length === 0;
  const isAnswered = isConsulting && (others[0]?.answered ?? false);
  const isPaused = call.paused_until_at !== null;
  const isOwnTape = call.taping === "on_demand";
  return {
    hold: isAlone && call.phase !== "hold",
    resume: isAlone && call.phase === "hold",
    transfer: isAlone,
    consult: isAlone,
    endConsult: isConsulting,
    completeTransfer: isAnswered,
    conference: isAnswered,
    record: isOwnTape && !call.taped,
    stopRecord: isOwnTape && call.taped,
    pauseRecording: call.taped && !isPaused,
    resumeRecording: call.taped && isPaused,
  };
}

/** Calls for the supervisor's list: those that wait first, the longest wait on top. */
export function callsInOrder(state: State): CallInfo[] {
  const rank = (call: CallInfo) => (isWaiting(call) ? 0 : 1);
  return [...state.calls.values()].sort((a, b) => rank(a) - rank(b) || a.arrived_at - b.arrived_at);
}

export function agentsInOrder(state: State): AgentState[] {
  const away = (agent: AgentState) => (agent.work === "logged_out" ? 1 : 0);
  return [...state.agents.values()].sort(
    (a, b) => away(a) - away(b) || (a.name || a.agent).localeCompare(b.name || b.agent),
  );
}

function isWaiting(call: CallInfo): boolean {
  return call.state === "queued" || call.state === "fallback";
}

export interface QueueTile {
  readonly queue: string;
  readonly count: number;
  /** When the first of them arrived. */
  readonly since: number | null;
  /** What the last of them was promised of the whole wait. */
  readonly promised: Promised | null;
  readonly callbacks: number;
}

export interface Promised {
  readonly from_ms: number;
  readonly until_ms: number;
}

/** What a caller was promised; null when he was not, or is served at once. */
export function promised(call: CallInfo): Promised | null {
  if (!isWaiting(call) || call.wait_until_ms === 0) return null;
  return { from_ms: call.wait_from_ms, until_ms: call.wait_until_ms };
}

/** What the caller hears. A room in which nobody else is, is a talk like any other. */
export function phaseOf(call: CallInfo): CallInfo["phase"] {
  const isAlone = call.parties.every((party) => party.supervisor !== "" || !party.answered);
  return call.phase === "room" && isAlone ? "talk" : call.phase;
}

/** Who waits in each queue. */
export function waiting(state: State): QueueTile[] {
  const inOrder = [...state.calls.values()].sort((a, b) => a.arrived_at - b.arrived_at);
  return state.queues.map((queue) => {
    const mine = inOrder.filter((call) => call.queue === queue);
    const here = mine.filter(isWaiting);
    return {
      queue,
      count: here.length,
      since: here[0]?.arrived_at ?? null,
      promised: here.map(promised).findLast((one) => one !== null) ?? null,
      callbacks: mine.filter((call) => ["callback", "dialing"].includes(call.state)).length,
    };
  });
}

/** The state after one note of a supervisor's was closed. */
export function withoutNote(state: State, closed: Note): State {
  return { ...state, notes: state.notes.filter((note) => note !== closed) };
}

/** Whether the own call is one whose caller can be marked as a nuisance: during the talk or after. */
export function mayMark(state: State): boolean {
  const agent = own(state);
  const { card } = state;
  if (agent === null || card === null || agent.contact !== card.contact) return false;
  return card.number !== "" && (agent.work === "on_call" || agent.work === "wrap_up");
}

/** Why the number of the card's caller is listed; null: it is not, or that is not known. */
export function listedAs(state: State): string | null {
  const { card, nuisance } = state;
  return card !== null && card.contact === nuisance?.contact ? nuisance.reason : null;
}

export type VoicemailAct = "take" | "done" | "put_back";

/** What this person may do with a message. The server has the last word. */
export function voicemailActs(me: Me, voicemail: Voicemail): readonly VoicemailAct[] {
  if (voicemail.state === "done") return [];
  const isSupervisor = me.role !== "agent";
  if (voicemail.state === "new") return isSupervisor ? ["take", "done"] : ["take"];
  return isSupervisor || voicemail.taken_by === me.login ? ["done", "put_back"] : [];
}

/** The state after one message was taken, finished or put back. */
export function withVoicemail(state: State, changed: Voicemail): State {
  const voicemails = (state.voicemails ?? [])
    .map((one) => (one.file === changed.file ? changed : one))
    .filter((one) => one.state !== "done");
  return { ...state, voicemails };
}

/** How many messages nobody looks after. */
export function newVoicemails(state: State): number {
  return (state.voicemails ?? []).filter((one) => one.state === "new").length;
}
