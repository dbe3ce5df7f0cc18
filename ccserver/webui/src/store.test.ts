import { describe, expect, it } from "vitest";
import type {
  AgentState,
  CallInfo,
  CampaignInfo,
  Card,
  Note,
  Party,
  Preview,
  QueueFigures,
  ServerMessage,
  Snapshot,
} from "./messages.ts";
import type { Voicemail } from "./rows.ts";
import {
  agentsInOrder,
  apply,
  buttons,
  callsInOrder,
  EMPTY,
  listedAs,
  mayMark,
  NO_BUTTONS,
  newVoicemails,
  own,
  ownCall,
  phaseOf,
  promised,
  type State,
  voicemailActs,
  waiting,
  withoutNote,
  withVoicemail,
} from "./store.ts";

const anna: AgentState = {
  agent: "anna",
  name: "Anna",
  phone: "1001",
  presence: "ready",
  reason: "",
  work: "available",
  since_at: 1000,
  contact: null,
  off_hook: false,
};
const call: CallInfo = {
  contact: "c1",
  state: "queued",
  since_at: 2000,
  arrived_at: 1500,
  number: "+8613800000001",
  customer: "7",
  tier: "gold",
  value: 0.6,
  queue: "sales",
  agent: null,
  place: 0,
  wait_from_ms: 0,
  wait_until_ms: 0,
  phase: null,
  parties: [],
  taping: null,
  taped: false,
  paused_until_at: null,
  direction: "inbound",
  disposition: "",
  campaign: "",
};
const card: Card = {
  contact: "c1",
  customer: "7",
  name: "",
  tier: "gold",
  value: 0.6,
  reasons: [],
  number: "+8613800000001",
  language: "",
  notes: "",
  queue: "sales",
  keys: [{ step: "main", key: "1" }],
  data: [{ label: "Order", value: "A-17" }],
  waited_ms: 1200,
  offered_at: 3000,
  last_contacts: [],
  tickets: [],
  direction: "inbound",
  campaign: "",
  lead: 0,
  complete: false,
};
const snapshot: Snapshot = {
  type: "snapshot",
  seq: 10,
  run: "r1",
  at: 5000,
  me: { id: "1", login: "anna", name: "Anna", role: "agent", agent: "anna" },
  agents: [anna],
  calls: [],
  queues: ["sales", "service"],
  card: null,
  figures: [],
  alerts: [],
  wrap_up_until_at: null,
  preview: null,
  campaigns: [],
};

function after(...messages: ServerMessage[]) {
  return messages.reduce((state, message) => apply(state, message, 4000), EMPTY);
}

describe("the store", () => {
  it("forgets everything at a snapshot and learns the server's clock", () => {
    const state = after(
      snapshot,
      { type: "call_changed", seq: 11, call },
      { ...snapshot, seq: 2, run: "r2" },
    );
    expect(state.calls.size).toBe(0);
    expect([state.run, state.seq, state.clockOffset]).toEqual(["r2", 2, 1000]);
  });

  it("remembers the last seq of every message", () => {
    expect(after(snapshot, { type: "tick", seq: 42, at: 6000 }).seq).toBe(42);
  });

  it("follows a call from its coming to its end", () => {
    const talking = { ...call, state: "talking" as const, agent: "anna" };
    const during = after(snapshot, { type: "call_changed", seq: 11, call: talking });
    expect(during.calls.get("c1")?.state).toBe("talking");
    expect(apply(during, { type: "call_gone", seq: 12, contact: "c1" }, 0).calls.size).toBe(0);
  });

  it("shows a card at once, fills it in, and keeps it through the wrap-up", () => {
    const shown = after(
      snapshot,
      { type: "caller_card", seq: 11, card },
      { type: "caller_card", seq: 12, card: { ...card, name: "王芳", complete: true } },
      { type: "agent_changed", seq: 13, agent: { ...anna, work: "wrap_up", contact: "c1" } },
    );
    expect(shown.card?.name).toBe("王芳");
    expect(apply(shown, { type: "agent_changed", seq: 14, agent: anna }, 0).card).toBeNull();
  });

  it("keeps its card when another agent changes", () => {
    const other = { ...anna, agent: "bob" };
    const state = after(
      snapshot,
      { type: "caller_card", seq: 11, card },
      { type: "agent_changed", seq: 12, agent: other },
    );
    expect(state.card).not.toBeNull();
  });

  it("says what was refused until something new comes", () => {
    const refused = after(snapshot, {
      type: "refused",
      seq: 10,
      request: "hang_up",
      reason: "You have no call.",
    });
    expect(refused.refusal?.type).toBe("refused");
    expect(apply(refused, { type: "caller_card", seq: 11, card }, 0).refusal).toBeNull();
  });
});

/** Those that are on. */
function shown(state: State): string[] {
  return Object.entries(buttons(state))
    .filter(([, is]) => is)
    .map(([name]) => name)
    .sort();
}

describe("the buttons", () => {
  it.each([
    [{}, ["dial", "pause"]],
    [{ presence: "paused", work: "paused" }, ["dial", "ready"]],
    [{ work: "ringing" }, ["pause"]],
    [{ work: "on_call" }, ["hangUp", "pause"]],
    [{ work: "wrap_up" }, ["pause", "wrapUpDone"]],
    [{ work: "missed" }, ["dial", "pause", "ready"]],
  ] as const)("fit the state %o", (change, wanted) => {
    expect(shown(after({ ...snapshot, agents: [{ ...anna, ...change }] }))).toEqual(wanted);
  });

  const colleague: Party = {
    agent: "bob",
    phone: "1002",
    number: "",
    supervisor: "",
    answered: true,
    mode: null,
  };
  const inTalk = (change: Partial<CallInfo>) => {
    const talk = { ...call, state: "talking" as const, agent: "anna", ...change };
    const busy: AgentState = { ...anna, work: "on_call", contact: "c1" };
    const always = ["hangUp", "pause"];
    const state = after({ ...snapshot, agents: [busy], calls: [talk] });
    return shown(state).filter((one) => !always.includes(one));
  };

  it.each([
    [{ phase: "talk" }, ["consult", "hold", "transfer"]],
    [{ phase: "hold" }, ["consult", "resume", "transfer"]],
    [{ phase: "room" }, ["consult", "hold", "transfer"]],
    [{ phase: "room", parties: [colleague] }, []],
    [
      { phase: "talk", parties: [{ ...colleague, agent: null, supervisor: "sue" }] },
      ["consult", "hold", "transfer"],
    ],
    [{ phase: "consult", parties: [{ ...colleague, answered: false }] }, ["endConsult"]],
    [{ phase: "consult", parties: [colleague] }, ["completeTransfer", "conference", "endConsult"]],
    [{ phase: "talk", agent: "bob" }, []],
  ] as const)("fit the talk %o", (change, wanted) => {
    expect(inTalk(change as Partial<CallInfo>)).toEqual(wanted);
  });

  it.each([
    [{ taping: "always", taped: true }, ["pauseRecording"]],
    [{ taping: "always", taped: true, paused_until_at: 9000 }, ["resumeRecording"]],
    [{ taping: "on_demand", taped: false }, ["record"]],
    [{ taping: "on_demand", taped: true }, ["pauseRecording", "stopRecord"]],
    [{ taping: "never", taped: false }, []],
  ] as const)("fit the recording %o", (change, wanted) => {
    expect(inTalk(change)).toEqual(wanted);
  });

  it("give more time for the notes while there is some to be had", () => {
    const busy: AgentState = { ...anna, work: "wrap_up", contact: "c1" };
    const state = after({ ...snapshot, agents: [busy] });
    const wrapUp = { until_at: 9000, extends_left: 1, disposition_required: false };
    expect(buttons({ ...state, wrapUp }).extendWrapUp).toBe(true);
    expect(buttons({ ...state, wrapUp: { ...wrapUp, extends_left: 0 } }).extendWrapUp).toBe(false);
  });

  it("are all off for one who takes no calls", () => {
    const state = after({ ...snapshot, me: { ...snapshot.me, agent: null } });
    expect(own(state)).toBeNull();
    expect(buttons(state)).toEqual(NO_BUTTONS);
  });
});

describe("a nuisance", () => {
  const during = (change: Partial<AgentState>, shown: Partial<Card> = {}) =>
    after({
      ...snapshot,
      agents: [{ ...anna, contact: "c1", ...change }],
      card: { ...card, ...shown },
    });

  it("is marked during the talk or after, and not before", () => {
    expect(mayMark(during({ work: "on_call" }))).toBe(true);
    expect(mayMark(during({ work: "wrap_up" }))).toBe(true);
    expect(mayMark(during({ work: "ringing" }))).toBe(false);
    expect(mayMark(after(snapshot))).toBe(false);
  });

  it("needs a number, and the call that the card is of", () => {
    expect(mayMark(during({ work: "on_call" }, { number: "" }))).toBe(false);
    expect(mayMark(during({ work: "on_call", contact: "c2" }))).toBe(false);
  });

  it("is known of this card's caller only, also after a lost connection", () => {
    const known = { ...during({ work: "on_call" }), nuisance: { contact: "c1", reason: "prank" } };
    expect(listedAs(known)).toBe("prank");
    expect(listedAs(apply(known, { ...snapshot, card }, 0))).toBe("prank");
    const next = { ...card, contact: "c2" };
    expect(listedAs(apply(known, { type: "caller_card", seq: 11, card: next }, 0))).toBeNull();
  });
});

describe("the messages of callers", () => {
  const voicemail: Voicemail = {
    file: "2026/07/a.wav",
    contact: "c1",
    queue: "sales",
    caller: "+8613800000001",
    started_at: 1000,
    ended_at: 9000,
    state: "new",
    taken_by: null,
    recording: 5,
  };
  const taken: Voicemail = { ...voicemail, state: "taken", taken_by: "anna" };
  const { me } = snapshot;

  it("are counted while nobody looks after them, also after a lost connection", () => {
    const state = { ...after(snapshot), voicemails: [voicemail, { ...taken, file: "b.wav" }] };
    expect(newVoicemails(EMPTY)).toBe(0);
    expect(newVoicemails(state)).toBe(1);
    expect(newVoicemails(apply(state, snapshot, 0))).toBe(1);
    expect(newVoicemails(withVoicemail(state, taken))).toBe(0);
  });

  it("leave the list when they are done", () => {
    const state = { ...EMPTY, voicemails: [taken, { ...voicemail, file: "b.wav" }] };
    const left = withVoicemail(state, { ...taken, state: "done" }).voicemails;
    expect(left?.map((one) => one.file)).toEqual(["b.wav"]);
  });

  it("are for one agent at a time, and for every supervisor", () => {
    const sue = { ...me, login: "sue", role: "supervisor" as const };
    const bob = { ...me, login: "bob" };
    expect(voicemailActs(me, voicemail)).toEqual(["take"]);
    expect(voicemailActs(me, taken)).toEqual(["done", "put_back"]);
    expect(voicemailActs(bob, taken)).toEqual([]);
    expect(voicemailActs(sue, voicemail)).toEqual(["take", "done"]);
    expect(voicemailActs(sue, taken)).toEqual(["done", "put_back"]);
    expect(voicemailActs(sue, { ...taken, state: "done" })).toEqual([]);
  });
});

describe("the supervisor's list", () => {
  const calls = [
    { ...call, contact: "talks", state: "talking" as const, arrived_at: 1 },
    { ...call, contact: "late", arrived_at: 30 },
    { ...call, contact: "early", arrived_at: 20 },
  ];
  it("has the longest wait on top", () => {
    const state = after({ ...snapshot, calls });
    expect(callsInOrder(state).map((one) => one.contact)).toEqual(["early", "late", "talks"]);
    expect(waiting(state)).toEqual([
      { queue: "sales", count: 2, since: 20, promised: null, callbacks: 0 },
      { queue: "service", count: 0, since: null, promised: null, callbacks: 0 },
    ]);
  });

  it("shows what the last caller was promised, and who waits without a line", () => {
    const told = { place: 1, wait_from_ms: 60_000, wait_until_ms: 180_000 };
    const state = after({
      ...snapshot,
      calls: [
        { ...call, contact: "new", arrived_at: 30 },
        { ...call, contact: "told", arrived_at: 20, ...told },
        { ...call, contact: "back", arrived_at: 5, state: "callback", ...told },
        { ...call, contact: "rung", arrived_at: 6, state: "dialing", queue: "service" },
      ],
    });
    expect(waiting(state)).toEqual([
      {
        queue: "sales",
        count: 2,
        since: 20,
        promised: { from_ms: 60_000, until_ms: 180_000 },
        callbacks: 1,
      },
      { queue: "service", count: 0, since: null, promised: null, callbacks: 1 },
    ]);
    expect(promised({ ...call, ...told, state: "talking" })).toBeNull();
  });

  it("has those who went home below", () => {
    const home = { ...anna, agent: "aaa", name: "Aaron", work: "logged_out" as const };
    const state = after({ ...snapshot, agents: [home, anna] });
    expect(agentsInOrder(state).map((one) => one.agent)).toEqual(["anna", "aaa"]);
  });
});

describe("a talk", () => {
  const boss = {
    agent: null,
    phone: "2001",
    number: "",
    supervisor: "boss",
    answered: true,
    mode: null,
  };
  const bob = { ...boss, agent: "bob", supervisor: "" };
  it("in a room is a talk until somebody else is there who is no supervisor", () => {
    const talk: CallInfo = { ...call, phase: "room", parties: [boss] };
    expect(phaseOf(talk)).toBe("talk");
    expect(phaseOf({ ...talk, parties: [boss, { ...bob, answered: false }] })).toBe("talk");
    expect(phaseOf({ ...talk, parties: [boss, bob] })).toBe("room");
    expect(phaseOf({ ...talk, phase: "hold" })).toBe("hold");
  });
});

describe("the floor", () => {
  const figures: QueueFigures = {
    queue: "sales",
    offered: 3,
    answered: 2,
    abandoned: 1,
    short_abandoned: 0,
    flowed_out: 0,
    answered_in_time: 2,
    service_level: 2 / 3,
    abandon_rate: 1 / 3,
    asa_ms: 4000,
    aht_ms: null,
    closed: null,
  };
  it("takes over one queue's figures and leaves the others", () => {
    const told = { type: "figures_changed", seq: 11, figures: { ...figures, queue: "service" } };
    const state = after({ ...snapshot, figures: [figures] }, told as ServerMessage);
    expect([...state.figures.keys()]).toEqual(["sales", "service"]);
  });
});

describe("the wrap-up", () => {
  const wrapUp: ServerMessage = {
    type: "wrap_up_changed",
    seq: 11,
    contact: "c1",
    until_at: 9000,
    extends_left: 2,
    disposition_required: true,
  };
  it("is known with its end, and gone with the next state", () => {
    const busy: AgentState = { ...anna, work: "wrap_up", contact: "c1" };
    const state = after(snapshot, { type: "agent_changed", seq: 11, agent: busy }, wrapUp);
    expect(state.wrapUp?.until_at).toBe(9000);
    expect(apply(state, { type: "agent_changed", seq: 12, agent: anna }, 4000).wrapUp).toBeNull();
  });
});

describe("the own call", () => {
  it("is the one that the agent is busy with", () => {
    const busy: AgentState = { ...anna, work: "on_call", contact: "c1" };
    expect(ownCall(after({ ...snapshot, agents: [busy], calls: [call] }))?.contact).toBe("c1");
    expect(ownCall(after({ ...snapshot, calls: [call] }))).toBeNull();
  });
});

describe("campaigns", () => {
  const preview: Preview = {
    contact: "a1",
    campaign: "care",
    lead: 17,
    customer: "7",
    name: "Wang",
    number: "+8613800000001",
    data: [],
    until_at: 9000,
    skips_left: 2,
  };

  it("show a lead until it is called", () => {
    const shown = after(snapshot, { type: "preview", seq: 11, preview });
    expect(shown.preview).toEqual(preview);
    const gone = apply(shown, { type: "preview", seq: 12, preview: null }, 4000);
    expect([gone.preview, gone.seq]).toEqual([null, 12]);
    expect(after({ ...snapshot, preview }).preview).toEqual(preview);
  });

  it("are known by name, each as it was told last", () => {
    const care = { campaign: "care", state: "running", placed: 1 } as CampaignInfo;
    const state = after(
      { ...snapshot, campaigns: [care] },
      { type: "campaign", seq: 11, campaign: { ...care, placed: 2 } },
      { type: "campaign", seq: 12, campaign: { ...care, campaign: "recall" } },
    );
    expect([...state.campaigns.keys()]).toEqual(["care", "recall"]);
    expect(state.campaigns.get("care")?.placed).toBe(2);
  });
});

describe("a supervisor's note", () => {
  it("stays until it is closed", () => {
    const note: Note = { type: "note", seq: 11, at: 5000, sender: "Sue", text: "Well done" };
    const state = after(snapshot, note, { ...note, seq: 12, text: "Lunch?" }, snapshot);
    expect(state.notes.map((one) => one.text)).toEqual(["Well done", "Lunch?"]);
    expect(withoutNote(state, note).notes.map((one) => one.text)).toEqual(["Lunch?"]);
  });
});
