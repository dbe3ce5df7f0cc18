// What the desk's HTTP paths answer, as far as the desk reads it.

import type { Direction, Key, Labeled, Reason, TicketKind, Tier, WorkState } from "../messages.ts";

export interface Named {
  readonly name: string;
  readonly title: string;
}

export interface Disposition extends Named {
  readonly flags: readonly string[];
  /** Of which queues; none named: of all. */
  readonly queues: readonly string[];
}

export interface DeskQueue extends Named {
  readonly script: { readonly title: string; readonly text: string } | null;
  readonly disposition_required: boolean;
  readonly wrap_up_extend_seconds: number;
  readonly wrap_up_extends_max: number;
  /** The wrap-up lasts its full time. */
  readonly wrap_up_forced: boolean;
  readonly auto_answer: boolean;
}

export interface DeskCampaign extends Named {
  readonly script: DeskQueue["script"];
  /** What is asked and filled in: the name of one. */
  readonly questionnaire: string | null;
}

export interface DeskSettings {
  readonly pause_reasons: readonly Named[];
  readonly dispositions: readonly Disposition[];
  readonly queues: readonly DeskQueue[];
  readonly campaigns: readonly DeskCampaign[];
  readonly skills: readonly Named[];
  readonly teams: readonly Named[];
  /** In which the day begins at midnight (IANA). */
  readonly zone: string;
  /** How a number without a country's code is read (ISO 3166-1). */
  readonly region: string;
  /** Copies of recordings may be taken. */
  readonly may_download: boolean;
  /** The number of the phone on the desk; null: none. */
  readonly phone: string | null;
}

export interface Colleague {
  readonly agent: string;
  readonly name: string;
  readonly phone: string;
  readonly work: WorkState;
  readonly since_at: number;
  readonly presence: string;
  readonly reason: string;
  /** Names, or the level (0 to 1, or 1 to 10) by name. */
  readonly skills: readonly string[] | Readonly<Record<string, number>>;
  readonly team: string | null;
  readonly queues: readonly string[];
}

export interface QueueToTake extends Named {
  readonly waiting: number;
  readonly available: number;
  readonly open: boolean;
}

export interface Colleagues {
  readonly agents: readonly Colleague[];
  readonly queues: readonly QueueToTake[];
}

export interface FoundCustomer {
  readonly customer: string;
  readonly name: string;
  readonly tier: Tier;
  readonly value: number;
  readonly number: string | null;
  readonly address: string;
  readonly found_by: string;
}

/** A call that the agent is to make. */
export interface Planned {
  readonly contact: string;
  readonly number: string;
  readonly queue: string;
  /** Not before. */
  readonly at: number;
  /** Calls that were made already. */
  readonly tries: number;
}

export interface ContactRow {
  readonly contact: string;
  readonly caller: string;
  readonly arrived_at: number;
  readonly ended_at: number | null;
  readonly ended_by: string | null;
  readonly customer: string | null;
  readonly queue: string | null;
  readonly agent: string | null;
  readonly direction?: Direction;
  readonly disposition?: string | null;
  readonly note?: string | null;
  readonly keys: readonly Key[];
  readonly data: readonly Labeled[];
}

export interface TicketRow {
  readonly number: number;
  readonly kind: TicketKind;
  readonly title: string;
  readonly details?: string;
  readonly urgent: boolean;
  readonly opened_at: number;
  readonly state?: string;
  readonly closed_at?: number | null;
}

export interface PlannedCall {
  readonly contact: string;
  readonly number: string;
  readonly queue: string;
  readonly at: number;
  readonly agent: string | null;
  readonly customer?: string | null;
  readonly name?: string;
}

export interface Customer {
  readonly customer: string;
  readonly name: string;
  readonly tier: Tier;
  readonly value: number;
  readonly reasons: readonly Reason[];
  readonly numbers: readonly string[];
  readonly address: string;
  readonly region: string;
  readonly language: string;
  readonly notes: string;
  readonly recording_consent: string;
  readonly contacts: readonly ContactRow[];
  readonly tickets: readonly TicketRow[];
  readonly callbacks: readonly PlannedCall[];
}

/** What a person writes of a customer. */
export interface CustomerForm {
  name: string;
  numbers: string[];
  address: string;
  language: string;
  notes: string;
  region: string;
}

export interface PlannedCallback {
  readonly at: number;
  readonly queue: string | null;
  readonly agent: string | null;
  readonly number: string | null;
}

export interface NewTicket {
  readonly kind: TicketKind;
  readonly title: string;
  readonly details: string;
  readonly urgent: boolean;
}

/** What came of a talk. */
export interface Outcome {
  readonly disposition: string | null;
  readonly note: string;
  readonly callback: PlannedCallback | null;
  readonly ticket: NewTicket | null;
}

export interface Missed {
  readonly contact: string;
  readonly number: string;
  readonly customer: string | null;
  readonly customer_name: string;
  readonly at: number;
  readonly queue: string | null;
  readonly called_back: boolean;
}

export interface Day {
  readonly calls: number;
  readonly outbound_calls: number;
  readonly missed: number;
  readonly talk_ms: number;
  readonly hold_ms: number;
  readonly wrap_up_ms: number;
  readonly paused_ms: Readonly<Record<string, number>>;
  readonly logged_in_ms: number;
  readonly occupancy: number | null;
  readonly service_level: number | null;
  readonly aht_ms: number | null;
}
