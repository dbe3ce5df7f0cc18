// What an agent has written of a talk and not saved yet: it outlives a reload of the page.

import type { TicketKind } from "../messages.ts";
import type { Outcome } from "./rows.ts";

export interface Draft {
  disposition: string | null;
  note: string;
  /** When to call back, ms since 1970 UTC; null: not at all. */
  callbackAt: number | null;
  /** True: the same agent calls; false: whoever is free. */
  isCallbackMine: boolean;
  ticketKind: TicketKind | null;
  ticketTitle: string;
  ticketDetails: string;
  isTicketUrgent: boolean;
}

export function emptyDraft(): Draft {
  return {
    disposition: null,
    note: "",
    callbackAt: null,
    isCallbackMine: true,
    ticketKind: null,
    ticketTitle: "",
    ticketDetails: "",
    isTicketUrgent: false,
  };
}

/** What goes to the server. */
export function outcomeOf(draft: Draft): Outcome {
  const { callbackAt, ticketKind } = draft;
  const agent = draft.isCallbackMine ? "me" : null;
  return {
    disposition: draft.disposition,
    note: draft.note.trim(),
    callback: callbackAt === null ? null : { at: callbackAt, queue: null, agent, number: null },
    ticket:
      ticketKind === null || draft.ticketTitle.trim() === ""
        ? null
        : {
            kind: ticketKind,
            title: draft.ticketTitle.trim(),
            details: draft.ticketDetails.trim(),
            urgent: draft.isTicketUrgent,
          },
  };
}

/** Why the talk cannot be finished yet, before the server says so; null: it can. */
export type Missing = "disposition" | "callback" | "ticket";

export function missing(
  draft: Draft,
  { isRequired, needsDate, now }: { isRequired: boolean; needsDate: boolean; now: number },
): Missing | null {
  if (isRequired && draft.disposition === null) return "disposition";
  if (needsDate && draft.callbackAt === null) return "callback";
  if (draft.callbackAt !== null && draft.callbackAt <= now) return "callback";
  if (draft.ticketKind !== null && draft.ticketTitle.trim() === "") return "ticket";
  return null;
}

const KEY = "ccserver.draft.";

export function keptDraft(contact: string): Draft | null {
  try {
    const kept = sessionStorage.getItem(KEY + contact);
    return kept === null ? null : { ...emptyDraft(), ...(JSON.parse(kept) as Partial<Draft>) };
  } catch {
    return null;
  }
}

export function keepDraft(contact: string, draft: Draft | null): void {
  if (draft === null) sessionStorage.removeItem(KEY + contact);
  else sessionStorage.setItem(KEY + contact, JSON.stringify(draft));
}
