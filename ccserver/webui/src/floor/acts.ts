// What a supervisor can do to an agent, a call and a queue, and in whose talk he is. Pure.

import type { AgentState, CallInfo, SpyMode } from "../messages.ts";
import type { QueueLine } from "./rows.ts";

export const JOIN_MODES: readonly SpyMode[] = ["listen", "whisper", "barge", "take_over"];

export type Act =
  | SpyMode
  | "leave"
  | "message"
  | "ready"
  | "pause"
  | "log_out"
  | "skills"
  | "move"
  | "close"
  | "open";

/** To whom something is done. */
export type Target =
  | { readonly kind: "agent"; readonly agent: AgentState; readonly call: CallInfo | null }
  | { readonly kind: "call"; readonly call: CallInfo; readonly agent: AgentState | null }
  | { readonly kind: "queue"; readonly line: QueueLine };

/** What makes sense. The server has the last word. */
export function actsOn(target: Target, me: string, joined: Joined | null): readonly Act[] {
  switch (target.kind) {
    case "agent":
      return [...talkActs(target.agent, me, joined), ...agentActs(target.agent)];
    case "call": {
      const talk = target.agent === null ? [] : talkActs(target.agent, me, joined);
      return canMove(target.call) ? ["move", ...talk] : talk;
    }
    case "queue":
      return [target.line.figures?.closed == null ? "close" : "open"];
  }
}

/** Who waits on the phone, or for a callback, can wait in another queue. */
export function canMove(call: CallInfo): boolean {
  return call.state === "queued" || call.state === "callback";
}

function talkActs(agent: AgentState, me: string, joined: Joined | null): readonly Act[] {
  // Nobody joins his own talk.
  if (agent.work !== "on_call" || agent.agent === me) return [];
  const isHere = joined !== null && joined.call.contact === agent.contact;
  if (!isHere) return JOIN_MODES;
  return [...JOIN_MODES.filter((mode) => mode !== joined.mode), "leave"];
}

function agentActs(agent: AgentState): readonly Act[] {
  const isHere = agent.presence !== "logged_out";
  const acts: Act[] = [];
  if (isHere) acts.push("message");
  if (agent.presence !== "ready" || agent.work === "missed") acts.push("ready");
  if (agent.presence !== "paused") acts.push("pause");
  if (isHere) acts.push("log_out");
  acts.push("skills");
  return acts;
}

/** The talk in which the supervisor is. */
export interface Joined {
  readonly call: CallInfo;
  /** null: asked for before this page was loaded. */
  readonly mode: SpyMode | null;
  /** False while the own phone rings. */
  readonly answered: boolean;
}

/** What the supervisor last asked for. */
export interface Wish {
  readonly contact: string;
  readonly agent: string;
  readonly mode: SpyMode;
}

export function joinedIn(
  calls: ReadonlyMap<string, CallInfo>,
  me: string,
  wish: Wish | null,
): Joined | null {
  for (const call of calls.values()) {
    const party = call.parties.find((one) => one.supervisor === me);
    if (party === undefined) continue;
    const mode = wish?.contact === call.contact ? wish.mode : null;
    return { call, mode, answered: party.answered };
  }
  if (wish?.mode !== "take_over") return null;
  // Who has taken a caller over leads the talk, and is no longer one of those beside it.
  const call = calls.get(wish.contact);
  if (call?.state !== "talking" || call.agent === wish.agent) return null;
  return { call, mode: "take_over", answered: true };
}
