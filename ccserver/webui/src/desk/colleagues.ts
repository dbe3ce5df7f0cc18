// Whom a caller can be handed to, those first who could take him now. Pure.

import type { WorkState } from "../messages.ts";
import type { Colleague } from "./rows.ts";

const ORDER: readonly WorkState[] = [
  "available",
  "wrap_up",
  "on_call",
  "ringing",
  "reserved",
  "missed",
  "paused",
  "unreachable",
];

export interface Wanted {
  readonly words: string;
  /** Empty: any. */
  readonly skill: string;
  /** The own agent. */
  readonly without: string;
}

export function skillsOf(colleague: Colleague): readonly string[] {
  const { skills } = colleague;
  return Array.isArray(skills) ? skills : Object.keys(skills);
}

export function matching(all: readonly Colleague[], wanted: Wanted): Colleague[] {
  const words = wanted.words.trim().toLowerCase();
  return all
    .filter((one) => one.agent !== wanted.without && one.work !== "logged_out")
    .filter((one) => wanted.skill === "" || skillsOf(one).includes(wanted.skill))
    .filter((one) => `${one.name} ${one.agent} ${one.phone}`.toLowerCase().includes(words))
    .sort(
      (a, b) =>
        ORDER.indexOf(a.work) - ORDER.indexOf(b.work) ||
        (a.name || a.agent).localeCompare(b.name || b.agent),
    );
}
