import { expect, test } from "vitest";
import type { AgentState, CallInfo } from "../messages.ts";
import { actsOn, joinedIn, type Target } from "./acts.ts";
import { isFilled, needsOf, orderOf, withoutZeros } from "./orders.ts";

const anna: AgentState = {
  agent: "anna",
  name: "Anna",
  phone: "1001",
  presence: "ready",
  reason: "",
  work: "on_call",
  since_at: 0,
  contact: "c1",
  off_hook: false,
};
const talk: CallInfo = {
  contact: "c1",
  state: "talking",
  since_at: 0,
  arrived_at: 0,
  number: "+8613800000000",
  customer: "",
  tier: "gold",
  value: 0,
  queue: "sales",
  agent: "anna",
  place: 0,
  wait_from_ms: 0,
  wait_until_ms: 0,
  phase: "talk",
  parties: [],
  taping: null,
  taped: false,
  paused_until_at: null,
  direction: "inbound",
  disposition: "",
  campaign: "",
};
const inTalk = {
  ...talk,
  parties: [
    { agent: null, phone: "1009", number: "", supervisor: "sue", answered: true, mode: null },
  ],
};
const onAnna: Target = { kind: "agent", agent: anna, call: talk };
const filled = { text: " Hello ", choice: "lunch", why: " late " };

test("a talk can be joined in four ways, but not one's own", () => {
  expect(actsOn(onAnna, "sue", null).slice(0, 4)).toEqual([
    "listen",
    "whisper",
    "barge",
    "take_over",
  ]);
  expect(actsOn(onAnna, "anna", null)).toEqual(["message", "pause", "log_out", "skills"]);
});

test("who is in the talk can change how, or leave", () => {
  const joined = joinedIn(new Map([["c1", inTalk]]), "sue", {
    contact: "c1",
    agent: "anna",
    mode: "listen",
  });
  expect(joined).toMatchObject({ mode: "listen", answered: true });
  expect(actsOn(onAnna, "sue", joined).slice(0, 4)).toEqual([
    "whisper",
    "barge",
    "take_over",
    "leave",
  ]);
});

test("after a reload one is still in the talk, though how is not known", () => {
  expect(joinedIn(new Map([["c1", inTalk]]), "sue", null)?.mode).toBeNull();
  expect(joinedIn(new Map([["c1", inTalk]]), "tom", null)).toBeNull();
});

test("who has taken over is in the talk once the agent is out of it", () => {
  const wish = { contact: "c1", agent: "anna", mode: "take_over" } as const;
  expect(joinedIn(new Map([["c1", talk]]), "sue", wish)).toBeNull();
  const taken = { ...talk, agent: null };
  expect(joinedIn(new Map([["c1", taken]]), "sue", wish)?.mode).toBe("take_over");
  expect(joinedIn(new Map(), "sue", wish)).toBeNull();
});

test("an agent who is away can be set ready or on pause, and is not written to", () => {
  const away: AgentState = { ...anna, presence: "logged_out", work: "logged_out", contact: null };
  expect(actsOn({ kind: "agent", agent: away, call: null }, "sue", null)).toEqual([
    "ready",
    "pause",
    "skills",
  ]);
});

test("a call that waits can be moved, a talk joined, and nothing done to one in the menu", () => {
  const waits = { ...talk, state: "queued", agent: null } as const;
  expect(actsOn({ kind: "call", call: waits, agent: null }, "sue", null)).toEqual(["move"]);
  expect(actsOn({ kind: "call", call: talk, agent: anna }, "sue", null)).toContain("barge");
  const callback = { ...waits, state: "callback" } as const;
  expect(actsOn({ kind: "call", call: callback, agent: null }, "sue", null)).toEqual(["move"]);
  const menu = { ...talk, state: "ivr", agent: null } as const;
  expect(actsOn({ kind: "call", call: menu, agent: null }, "sue", null)).toEqual([]);
});

test("what is sent says presence, pause reason and why", () => {
  expect(orderOf("pause", onAnna, filled)).toEqual({
    path: "/api/agents/anna/presence",
    body: { presence: "paused", pause_reason: "lunch", reason: "late" },
  });
  expect(orderOf("log_out", onAnna, filled)?.body).toEqual({
    presence: "logged_out",
    pause_reason: "",
    reason: "late",
  });
  expect(orderOf("message", onAnna, filled)).toEqual({
    path: "/api/agents/anna/message",
    body: { text: "Hello" },
  });
  expect(orderOf("listen", onAnna, filled)).toBeNull();
});

test("a call is moved and a queue closed at their own addresses", () => {
  const onCall: Target = { kind: "call", call: talk, agent: null };
  expect(orderOf("move", onCall, { ...filled, choice: "service" })).toEqual({
    path: "/api/calls/c1/move",
    body: { queue: "service", reason: "late" },
  });
  const line = {
    queue: "sales",
    waiting: 0,
    byTier: { platinum: 0, gold: 0, silver: 0, standard: 0 },
    since: null,
    promised: null,
    callbacks: 0,
    agents: {},
    figures: null,
    alerts: [],
  };
  const onQueue: Target = { kind: "queue", line };
  expect(actsOn(onQueue, "sue", null)).toEqual(["close"]);
  expect(orderOf("close", onQueue, filled)).toEqual({
    path: "/api/queues/sales/close",
    body: { reason: "late" },
  });
});

test("nothing is sent before all that is needed is there", () => {
  const needs = needsOf("pause");
  expect(needs).not.toBeNull();
  if (needs === null) return;
  expect(isFilled(needs, { text: "", choice: "lunch", why: " " })).toBe(false);
  expect(isFilled(needs, { text: "", choice: "", why: "late" })).toBe(false);
  expect(isFilled(needs, { text: "", choice: "lunch", why: "late" })).toBe(true);
  expect(needsOf("take_over")).toBeNull();
});

test("a skill at 0 is none", () => {
  expect(withoutZeros({ tv: 0, net: 3 })).toEqual({ net: 3 });
});
