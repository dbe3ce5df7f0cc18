// Which dialog an act needs, and what is then sent to the server. Pure.

import { path } from "../api.ts";
import type { Act, Target } from "./acts.ts";

export interface Needs {
  readonly text: boolean;
  readonly choice: "reason" | "queue" | null;
  /** Empty: none is asked for. */
  readonly why: boolean;
}

/** What is filled in before it is done; null: nothing is, or the act has a dialog of its own. */
export function needsOf(act: Act): Needs | null {
  switch (act) {
    case "message":
      return { text: true, choice: null, why: false };
    case "ready":
    case "log_out":
    case "close":
    case "open":
      return { text: false, choice: null, why: true };
    case "pause":
      return { text: false, choice: "reason", why: true };
    case "move":
      return { text: false, choice: "queue", why: true };
    default:
      return null;
  }
}

export interface Filled {
  readonly text: string;
  readonly choice: string;
  readonly why: string;
}

export function isFilled(needs: Needs, filled: Filled): boolean {
  return (
    (!needs.text || filled.text.trim() !== "") &&
    (needs.choice === null || filled.choice !== "") &&
    (!needs.why || filled.why.trim() !== "")
  );
}

export interface Order {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What to POST. */
export function orderOf(act: Act, target: Target, filled: Filled): Order | null {
  const why = filled.why.trim();
  if (target.kind === "queue") {
    if (act !== "close" && act !== "open") return null;
    return { path: path("queues", target.line.queue, act), body: { reason: why } };
  }
  if (target.kind === "call") {
    if (act !== "move") return null;
    const body = { queue: filled.choice, reason: why };
    return { path: path("calls", target.call.contact, "move"), body };
  }
  const { agent } = target.agent;
  if (act === "message") {
    return { path: path("agents", agent, "message"), body: { text: filled.text.trim() } };
  }
  const presence = { ready: "ready", pause: "paused", log_out: "logged_out" }[act as string];
  if (presence === undefined) return null;
  const pause_reason = act === "pause" ? filled.choice : "";
  return { path: path("agents", agent, "presence"), body: { presence, pause_reason, reason: why } };
}

/** Levels 1 to 5; a skill at 0 is one that the agent has not. */
export function withoutZeros(levels: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(levels).filter(([, level]) => level > 0));
}
