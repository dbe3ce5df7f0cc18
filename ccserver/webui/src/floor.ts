// The supervisor's list: queues, calls, agents; nothing to press yet.

import { ago, el, row, table } from "./dom.ts";
import type { AgentState, CallInfo } from "./messages.ts";
import {
  agentsInOrder,
  callsInOrder,
  type Promised,
  promised,
  type QueueTile,
  type State,
  waiting,
} from "./store.ts";
import { clock, type Language, say, sayName } from "./words.ts";

const ROWS_MAX = 300;

export function floorView(state: State, language: Language): HTMLElement {
  const agents = agentsInOrder(state);
  const calls = callsInOrder(state);
  return el(
    "div",
    "floor",
    el("div", "tiles", ...waiting(state).map((queue) => tile(queue, language))),
    el("h3", "", `${say(language, "calls")} (${calls.length})`),
    calls.length === 0
      ? el("p", "hint", say(language, "noCalls"))
      : table(
          [
            "number",
            "tier",
            "queue",
            "state",
            "place",
            "promised",
            "since",
            "arrived",
            "agent",
          ].map((word) => say(language, word as "number")),
          calls.slice(0, ROWS_MAX).map((call) => callRow(state, call, language)),
        ),
    el("h3", "", `${say(language, "agents")} (${agents.length})`),
    table(
      ["agent", "phone", "state", "since", "reason", "caller"].map((word) =>
        say(language, word as "agent"),
      ),
      agents.slice(0, ROWS_MAX).map((agent) => agentRow(state, agent, language)),
    ),
  );
}

function tile(queue: QueueTile, language: Language): HTMLElement {
  return el(
    "div",
    queue.count ? "tile busy" : "tile",
    el("span", "", sayName(language, "queue", queue.queue)),
    el("strong", "", String(queue.count)),
    queue.since === null
      ? el("small", "", "–")
      : el("small", "", `${say(language, "longest")} `, ago(queue.since)),
    queue.promised === null
      ? null
      : el("small", "", `${say(language, "promised")} ${band(queue.promised)}`),
    queue.callbacks === 0
      ? null
      : el("small", "", `${say(language, "callbacks")} ${queue.callbacks}`),
  );
}

function band(of: Promised): string {
  return `${clock(of.from_ms)}–${clock(of.until_ms)}`;
}

function callRow(state: State, call: CallInfo, language: Language): HTMLElement {
  const agent = call.agent === null ? undefined : state.agents.get(call.agent);
  const told = promised(call);
  return row(
    call.number || say(language, "withheld"),
    el("span", `badge tier-${call.tier}`, sayName(language, "tier", call.tier)),
    call.queue === null ? "–" : sayName(language, "queue", call.queue),
    sayName(language, "call", call.state),
    call.state === "queued" && call.place > 0 ? String(call.place) : "–",
    told === null ? "–" : band(told),
    ago(call.since_at),
    ago(call.arrived_at),
    agent?.name || call.agent || "–",
  );
}

function agentRow(state: State, agent: AgentState, language: Language): HTMLElement {
  const call = agent.contact === null ? undefined : state.calls.get(agent.contact);
  return row(
    agent.name || agent.agent,
    agent.phone,
    el("span", `dot work-${agent.work}`, sayName(language, "work", agent.work)),
    ago(agent.since_at),
    agent.work === "paused" ? sayName(language, "reason", agent.reason) : "–",
    call?.number ?? "–",
  );
}
