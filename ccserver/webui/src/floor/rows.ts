// What the floor's tables show: made of the live state, chosen and put in order. Pure.

import type { AgentState, Alert, CallInfo, QueueFigures, Tier, WorkState } from "../messages.ts";
import { type Promised, promised, type State, waiting } from "../store.ts";

export const TIERS: readonly Tier[] = ["platinum", "gold", "silver", "standard"];

/** In the order in which a supervisor reads them. */
export const WORK_STATES: readonly WorkState[] = [
  "available",
  "reserved",
  "ringing",
  "on_call",
  "wrap_up",
  "paused",
  "missed",
  "unreachable",
  "logged_out",
];

export const CALL_STATES: readonly CallInfo["state"][] = [
  "queued",
  "fallback",
  "callback",
  "dialing",
  "offered",
  "talking",
  "ivr",
];

/** What is configured of an agent, as /api/colleagues tells it. */
export interface Colleague {
  readonly agent: string;
  readonly name: string;
  readonly team: string | null;
  /** Name -> level, 1 to 5. */
  readonly skills: Readonly<Record<string, number>>;
  /** None as the server tells it: see `whoServes`. */
  readonly queues: readonly string[];
}

type Levels = Readonly<Record<string, number>>;

/** Who serves what: of those who are there as it is in force, of the others as it is configured.
 * Who is given no queues serves every queue whose required skills he has. */
export function whoServes(
  here: readonly Colleague[],
  configured: Readonly<Record<string, Omit<Colleague, "agent" | "name">>>,
  queues: Readonly<Record<string, { readonly required: Levels }>>,
): Map<string, Colleague> {
  const has = (skills: Levels, required: Levels) =>
    Object.entries(required).every(([skill, least]) => (skills[skill] ?? 0) >= least);
  const forms = Object.entries(configured).map(([agent, form]) => ({ ...form, agent, name: "" }));
  return new Map(
    [...forms, ...here].map((one) => {
      const able = Object.entries(queues).filter(([, queue]) => has(one.skills, queue.required));
      const served = one.queues.length > 0 ? one.queues : able.map(([name]) => name);
      return [one.agent, { ...one, queues: served }];
    }),
  );
}

export type Colleagues = ReadonlyMap<string, Colleague>;

export interface QueueLine {
  readonly queue: string;
  readonly waiting: number;
  readonly byTier: Readonly<Record<Tier, number>>;
  /** When the first of those who wait arrived. */
  readonly since: number | null;
  readonly promised: Promised | null;
  readonly callbacks: number;
  readonly agents: Readonly<Partial<Record<WorkState, number>>>;
  readonly figures: QueueFigures | null;
  readonly alerts: readonly Alert[];
}

export interface AgentLine {
  readonly agent: AgentState;
  readonly call: CallInfo | null;
  readonly colleague: Colleague | null;
}

export interface CallLine {
  readonly call: CallInfo;
  readonly agent: AgentState | null;
}

/** What the person has chosen to see. Empty: all. */
export interface Filter {
  readonly queue: string;
  readonly team: string;
  readonly skill: string;
  readonly work: string;
  readonly call: string;
  readonly text: string;
}

export const NO_FILTER: Filter = { queue: "", team: "", skill: "", work: "", call: "", text: "" };

export function isWaiting(call: CallInfo): boolean {
  return call.state === "queued" || call.state === "fallback";
}

export function queueLines(state: State, colleagues: Colleagues): QueueLine[] {
  const tiers = new Map<string, Record<Tier, number>>();
  for (const call of state.calls.values()) {
    if (call.queue === null || !isWaiting(call)) continue;
    const of = tiers.get(call.queue) ?? { ...NOBODY };
    of[call.tier] += 1;
    tiers.set(call.queue, of);
  }
  const agents = agentsByQueue(state.agents, colleagues);
  return waiting(state).map((tile) => ({
    queue: tile.queue,
    waiting: tile.count,
    byTier: tiers.get(tile.queue) ?? NOBODY,
    since: tile.since,
    promised: tile.promised,
    callbacks: tile.callbacks,
    agents: agents.get(tile.queue) ?? {},
    figures: state.figures.get(tile.queue) ?? null,
    alerts: state.alerts.filter((alert) => alert.queue === tile.queue),
  }));
}

const NOBODY: Readonly<Record<Tier, number>> = { platinum: 0, gold: 0, silver: 0, standard: 0 };

function agentsByQueue(
  agents: ReadonlyMap<string, AgentState>,
  colleagues: Colleagues,
): Map<string, Partial<Record<WorkState, number>>> {
  const counts = new Map<string, Partial<Record<WorkState, number>>>();
  for (const agent of agents.values()) {
    for (const queue of colleagues.get(agent.agent)?.queues ?? []) {
      const of = counts.get(queue) ?? {};
      of[agent.work] = (of[agent.work] ?? 0) + 1;
      counts.set(queue, of);
    }
  }
  return counts;
}

/** The lines of before where nothing in them has changed, so that only what changed is drawn. */
export function keepSame<T>(before: readonly T[], now: readonly T[], key: (one: T) => string): T[] {
  const known = new Map(before.map((one) => [key(one), one]));
  return now.map((one) => {
    const old = known.get(key(one));
    return old !== undefined && JSON.stringify(old) === JSON.stringify(one) ? old : one;
  });
}

export function agentLines(state: State, colleagues: Colleagues): AgentLine[] {
  return [...state.agents.values()].map((agent) => ({
    agent,
    call: agent.contact === null ? null : (state.calls.get(agent.contact) ?? null),
    colleague: colleagues.get(agent.agent) ?? null,
  }));
}

export function callLines(state: State): CallLine[] {
  return [...state.calls.values()].map((call) => ({
    call,
    agent: call.agent === null ? null : (state.agents.get(call.agent) ?? null),
  }));
}

// -- choosing

function says(text: string, ...parts: readonly string[]): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === "" || parts.some((part) => part.toLowerCase().includes(wanted));
}

export function fitsAgent(line: AgentLine, filter: Filter): boolean {
  const { agent, call, colleague } = line;
  const serves = colleague?.queues.includes(filter.queue) || call?.queue === filter.queue;
  return (
    (filter.queue === "" || serves) &&
    fitsPerson(colleague, filter) &&
    (filter.work === "" || agent.work === filter.work) &&
    says(
      filter.text,
      agent.name,
      agent.agent,
      agent.phone,
      call?.number ?? "",
      call?.customer ?? "",
    )
  );
}

function fitsPerson(colleague: Colleague | null, filter: Filter): boolean {
  return (
    (filter.team === "" || colleague?.team === filter.team) &&
    (filter.skill === "" || (colleague?.skills[filter.skill] ?? 0) > 0)
  );
}

/** Team and skill choose among the calls that have an agent: one who waits belongs to all. */
export function fitsCall(line: CallLine, filter: Filter, colleagues: Colleagues): boolean {
  const { call, agent } = line;
  return (
    (filter.queue === "" || call.queue === filter.queue) &&
    (call.agent === null || fitsPerson(colleagues.get(call.agent) ?? null, filter)) &&
    (filter.call === "" || call.state === filter.call) &&
    says(filter.text, call.number, call.customer, agent?.name ?? "", call.agent ?? "")
  );
}

// -- putting in order

/** By which column, and whether the largest comes first. */
export interface Sort {
  readonly by: string;
  readonly down: boolean;
}

type Key = string | number | null;

/** A copy in order. Lines without a value come last either way; equals keep their order. */
export function sorted<T>(lines: readonly T[], sort: Sort, key: (line: T, by: string) => Key): T[] {
  const sign = sort.down ? -1 : 1;
  return lines
    .map((line) => ({ line, key: key(line, sort.by) }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
      if (typeof a.key === "string" || typeof b.key === "string") {
        return sign * ORDER.compare(String(a.key), String(b.key));
      }
      return sign * (a.key - b.key);
    })
    .map((one) => one.line);
}

// Names with numbers in them in the order in which people count; one Intl object for all.
const ORDER = new Intl.Collator(["zh", "en"], { numeric: true });

/** Columns tell how long something has lasted: the earlier it began, the more that is. */
const lasts = (since: number | null) => (since === null ? null : -since);

export function agentKey(line: AgentLine, by: string): Key {
  const { agent, call } = line;
  switch (by) {
    case "agent":
      return agent.name || agent.agent;
    case "phone":
      return agent.phone;
    case "since":
      return agent.work === "logged_out" ? null : lasts(agent.since_at);
    case "queue":
      return call?.queue ?? null;
    case "number":
      return call?.number || null;
    case "tier":
      return call === null ? null : TIERS.indexOf(call.tier);
    case "reason":
      return agent.reason || null;
    default:
      return WORK_STATES.indexOf(agent.work);
  }
}

export function callKey(line: CallLine, by: string): Key {
  const { call, agent } = line;
  switch (by) {
    case "number":
      return call.number || null;
    case "tier":
      return TIERS.indexOf(call.tier);
    case "queue":
      return call.queue;
    case "place":
      return call.place || null;
    case "promised":
      return promised(call)?.until_ms ?? null;
    case "since":
      return lasts(call.since_at);
    case "arrived":
      return lasts(call.arrived_at);
    case "agent":
      return agent?.name ?? call.agent;
    default:
      return CALL_STATES.indexOf(call.state);
  }
}

export function queueKey(line: QueueLine, by: string): Key {
  switch (by) {
    case "waiting":
      return line.waiting;
    case "longest":
      return lasts(line.since);
    case "available":
      return line.agents.available ?? 0;
    case "service_level":
    case "abandon_rate":
    case "offered":
    case "answered":
    case "abandoned":
    case "asa_ms":
    case "aht_ms":
      return line.figures?.[by] ?? null;
    default:
      return line.queue;
  }
}

// -- the address

type Query = Readonly<Record<string, unknown>>;

const plain = (value: unknown) => (typeof value === "string" ? value : "");

export function filterOf(query: Query): Filter {
  return {
    queue: plain(query.queue),
    team: plain(query.team),
    skill: plain(query.skill),
    work: plain(query.work),
    call: plain(query.call),
    text: plain(query.text),
  };
}

/** What differs from seeing all. */
export function queryOf(filter: Filter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
}

/** `-since` is what has lasted longest first; what is not there is `usual`. */
export function sortOf(value: unknown, usual: Sort): Sort {
  const text = plain(value);
  if (text === "") return usual;
  return text.startsWith("-") ? { by: text.slice(1), down: true } : { by: text, down: false };
}

/** The order after a column's head was pressed. */
export function pressed(sort: Sort, by: string): string {
  const down = sort.by === by && !sort.down;
  return down ? `-${by}` : by;
}
