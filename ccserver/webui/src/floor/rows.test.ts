import { expect, test } from "vitest";
import type { AgentState, CallInfo, QueueFigures } from "../messages.ts";
import { EMPTY, type State } from "../store.ts";
import {
  agentKey,
  agentLines,
  type Colleague,
  callKey,
  callLines,
  filterOf,
  fitsAgent,
  fitsCall,
  keepSame,
  NO_FILTER,
  pressed,
  queryOf,
  queueKey,
  queueLines,
  sorted,
  sortOf,
  whoServes,
} from "./rows.ts";

const call = (contact: string, more: Partial<CallInfo> = {}): CallInfo => ({
  contact,
  state: "queued",
  since_at: 1_000,
  arrived_at: 1_000,
  number: "+8613800000000",
  customer: "",
  tier: "standard",
  value: 0,
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
  ...more,
});

const agent = (name: string, more: Partial<AgentState> = {}): AgentState => ({
  agent: name,
  name: name.toUpperCase(),
  phone: "1001",
  presence: "ready",
  reason: "",
  work: "available",
  since_at: 1_000,
  contact: null,
  off_hook: false,
  ...more,
});

const figures: QueueFigures = {
  queue: "sales",
  offered: 10,
  answered: 8,
  abandoned: 2,
  short_abandoned: 0,
  flowed_out: 0,
  answered_in_time: 6,
  service_level: 0.6,
  abandon_rate: 0.2,
  asa_ms: 9_000,
  aht_ms: null,
  closed: null,
};

const state: State = {
  ...EMPTY,
  queues: ["sales", "service"],
  agents: new Map(
    [
      agent("anna", { work: "on_call", contact: "c2" }),
      agent("bo"),
      agent("cy", { work: "logged_out", presence: "logged_out" }),
    ].map((one) => [one.agent, one]),
  ),
  calls: new Map(
    [
      call("c1", { tier: "gold", place: 2, since_at: 5_000, arrived_at: 3_000 }),
      call("c2", { state: "talking", agent: "anna", phase: "talk", number: "+8610111" }),
      call("c3", { place: 1, arrived_at: 2_000, wait_until_ms: 60_000 }),
    ].map((one) => [one.contact, one]),
  ),
  figures: new Map([["sales", figures]]),
  alerts: [
    {
      threshold: "long",
      queue: "sales",
      figure: "waiting",
      value: 2,
      limit: 1,
      above: true,
      since_at: 4_000,
    },
  ],
};

const colleagues = new Map<string, Colleague>(
  [
    { agent: "anna", name: "", team: "a", skills: { tv: 3 }, queues: ["sales"] },
    { agent: "bo", name: "", team: "b", skills: {}, queues: ["sales", "service"] },
  ].map((one) => [one.agent, one]),
);

test("a queue's line has who waits by tier, agents by state, figures and its own alerts", () => {
  const [sales, service] = queueLines(state, colleagues);
  expect(sales).toMatchObject({
    waiting: 2,
    byTier: { platinum: 0, gold: 1, silver: 0, standard: 1 },
    since: 2_000,
    agents: { on_call: 1, available: 1 },
    figures,
  });
  expect(sales?.alerts.length).toBe(1);
  expect(service).toMatchObject({
    waiting: 0,
    agents: { available: 1 },
    figures: null,
    alerts: [],
  });
});

test("only the lines that changed are new ones", () => {
  const before = queueLines(state, colleagues);
  const calls = new Map(state.calls);
  calls.delete("c1");
  const now = keepSame(before, queueLines({ ...state, calls }, colleagues), (one) => one.queue);
  expect(now[0]).not.toBe(before[0]);
  expect(now[1]).toBe(before[1]);
});

test("agents are chosen by queue, team, skill, state and text", () => {
  const chosen = (filter: Partial<typeof NO_FILTER>) =>
    agentLines(state, colleagues)
      .filter((line) => fitsAgent(line, { ...NO_FILTER, ...filter }))
      .map((line) => line.agent.agent);
  expect(chosen({})).toEqual(["anna", "bo", "cy"]);
  expect(chosen({ queue: "service" })).toEqual(["bo"]);
  expect(chosen({ queue: "sales" })).toEqual(["anna", "bo"]);
  expect(chosen({ team: "a" })).toEqual(["anna"]);
  expect(chosen({ skill: "tv" })).toEqual(["anna"]);
  expect(chosen({ work: "logged_out" })).toEqual(["cy"]);
  expect(chosen({ text: " bo" })).toEqual(["bo"]);
  expect(chosen({ text: "8610111" })).toEqual(["anna"]);
});

test("a team chooses among talks, but callers who wait belong to everyone", () => {
  const chosen = (filter: Partial<typeof NO_FILTER>) =>
    callLines(state)
      .filter((line) => fitsCall(line, { ...NO_FILTER, ...filter }, colleagues))
      .map((line) => line.call.contact);
  expect(chosen({ team: "b" })).toEqual(["c1", "c3"]);
  expect(chosen({ team: "a" })).toEqual(["c1", "c2", "c3"]);
  expect(chosen({ call: "talking" })).toEqual(["c2"]);
  expect(chosen({ queue: "service" })).toEqual([]);
  expect(chosen({ text: "ANNA" })).toEqual(["c2"]);
});

test("lines without a value are last, whichever way the order goes", () => {
  const by = (sort: string) =>
    sorted(callLines(state), sortOf(sort, { by: "", down: false }), callKey).map(
      (line) => line.call.contact,
    );
  expect(by("place")).toEqual(["c3", "c1", "c2"]);
  expect(by("-place")).toEqual(["c1", "c3", "c2"]);
  expect(by("tier")).toEqual(["c1", "c2", "c3"]);
  expect(by("-since")).toEqual(["c2", "c3", "c1"]);
  expect(by("since")).toEqual(["c1", "c2", "c3"]);
  expect(by("promised")).toEqual(["c3", "c1", "c2"]);
  expect(by("call")).toEqual(["c1", "c3", "c2"]);
});

test("agents are put in order by what their call is, and the away have no clock", () => {
  const by = (sort: string) =>
    sorted(agentLines(state, colleagues), sortOf(sort, { by: "", down: false }), agentKey).map(
      (line) => line.agent.agent,
    );
  expect(by("number")).toEqual(["anna", "bo", "cy"]);
  expect(by("work")).toEqual(["bo", "anna", "cy"]);
  expect(by("-agent")).toEqual(["cy", "bo", "anna"]);
  expect(by("-since")).toEqual(["anna", "bo", "cy"]);
});

test("queues are put in order by live and by counted figures", () => {
  const by = (sort: string) =>
    sorted(queueLines(state, colleagues), sortOf(sort, { by: "", down: false }), queueKey).map(
      (line) => line.queue,
    );
  expect(by("-waiting")).toEqual(["sales", "service"]);
  expect(by("waiting")).toEqual(["service", "sales"]);
  expect(by("-available")).toEqual(["sales", "service"]);
  expect(by("service_level")).toEqual(["sales", "service"]);
});

test("the choice goes into the address and comes back", () => {
  const filter = { ...NO_FILTER, queue: "sales", text: "李" };
  expect(queryOf(filter)).toEqual({ queue: "sales", text: "李" });
  expect(filterOf(queryOf(filter))).toEqual(filter);
  expect(filterOf({ queue: ["a", "b"] })).toEqual(NO_FILTER);
});

test("a head that is pressed again turns its order round", () => {
  const usual = { by: "work", down: false };
  expect(sortOf(undefined, usual)).toBe(usual);
  expect(pressed(usual, "since")).toBe("since");
  expect(pressed({ by: "since", down: false }, "since")).toBe("-since");
  expect(pressed({ by: "since", down: true }, "since")).toBe("since");
});

test("who is given no queues serves those for which he has the skills", () => {
  const known = whoServes(
    [{ agent: "bo", name: "Bo", team: null, skills: { tv: 2 }, queues: [] }],
    {
      bo: { team: "b", skills: {}, queues: ["old"] },
      cy: { team: "a", skills: { tv: 3 }, queues: [] },
      di: { team: null, skills: {}, queues: ["vip"] },
    },
    { vip: { required: { tv: 3 } }, all: { required: {} } },
  );
  expect(known.get("bo")).toMatchObject({ name: "Bo", queues: ["all"] });
  expect(known.get("cy")?.queues).toEqual(["vip", "all"]);
  expect(known.get("di")?.queues).toEqual(["vip"]);
});
