// What the HTTP paths of campaigns, lists and results answer, as far as this room reads it.

import type { CampaignState } from "../messages.ts";

/** GET /api/campaigns */
export interface Campaign {
  readonly name: string;
  readonly title: string;
  /** null, as the next two: it is not in the configuration any more. */
  readonly mode: string | null;
  readonly queue: string | null;
  /** Abandoned calls / calls that a person answered, at most. */
  readonly cap: number | null;
  readonly state: CampaignState;
  /** Where a person may send it. */
  readonly ways: readonly CampaignState[];
  /** Why it is in this state. */
  readonly reason: string;
  readonly changed_at: number | null;
  /** A login; empty: itself. */
  readonly changed_by: string;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly lists: readonly {
    readonly call_list: number;
    /** State of leads -> how many. */
    readonly by_state: Readonly<Record<string, number>>;
  }[];
}

/** GET /api/campaigns/{name}/lists */
export interface CallList {
  readonly id: number;
  readonly campaign: string;
  readonly title: string;
  readonly active: boolean;
  readonly priority: number;
  readonly share: number;
  readonly region: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly state: "importing" | "ready" | "failed";
  /** 0: not known. */
  readonly rows_total: number;
  readonly rows_read: number;
  readonly rows_good: number;
  readonly rows_bad: number;
  readonly failure: string;
}

/** GET /api/lists/{id}/faults */
export interface ListFault {
  readonly row: number;
  readonly fault: string;
  readonly detail: string;
}

/** GET /api/campaigns/{name}/attempts */
export interface Attempt {
  readonly attempt: string;
  readonly lead: number;
  readonly number: string;
  readonly placed_at: number;
  readonly answered_at: number | null;
  readonly connected_at: number | null;
  readonly ended_at: number | null;
  /** null: it goes on. */
  readonly result: string | null;
  readonly agent: string | null;
  readonly disposition: string;
}

export interface AttemptPage {
  readonly attempts: readonly Attempt[];
  /** Give as `after` for the next page; null: this is the last. */
  readonly next: string | null;
}

/** GET /api/do-not-call */
export interface Barred {
  readonly id: number;
  readonly number: string;
  readonly prefix: boolean;
  /** Empty: by none at all. */
  readonly campaign: string;
  readonly source: string;
  readonly reason: string;
  readonly added_at: number;
  readonly added_by: string;
}

export interface BarredPage {
  readonly entries: readonly Barred[];
  /** Give as `before` for the next page; null: this is the last. */
  readonly next: number | null;
}

/** A share of abandoned calls by one definition. */
export interface Rate {
  readonly id: string;
  readonly rate: number | null;
  readonly abandoned: number;
  readonly answered: number;
  readonly from_at: number;
  readonly until_at: number;
}

/** A share with its interval of 95 %. */
export interface Known {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** GET /api/campaigns/{name}/figures */
export interface CampaignFigures {
  readonly counts: {
    readonly by_result: Readonly<Record<string, number>>;
    readonly dials: number;
    readonly answered: number;
    readonly connected: number;
    readonly machines: number;
    readonly reached: number;
    readonly sales: number;
    readonly talk_ms: number;
    readonly connect_rate: number | null;
    readonly right_party_contact: number | null;
    readonly conversion: number | null;
    readonly dials_per_connect: number | null;
  };
  readonly answer_to_agent_ms: { readonly p50: number | null; readonly p99: number | null };
  readonly penetration: number | null;
  /** State of leads -> how many. */
  readonly by_state: Readonly<Record<string, number>>;
  readonly abandonment: {
    readonly cap: number;
    readonly span: readonly Rate[];
    readonly ftc: readonly Rate[];
    readonly ofcom: readonly Rate[];
    readonly vicidial: readonly Rate[];
    readonly windows: readonly { readonly window_ms: number; readonly worst: Rate | null }[];
  };
  /** How well answering machines are told from people. */
  readonly detection: {
    readonly precision: Known | null;
    readonly recall: Known | null;
  };
}

/** GET /api/campaigns/{name}/reports */
export interface MorningReport {
  readonly id: number;
  readonly from_at: number;
  readonly until_at: number;
  readonly body: {
    readonly placed: number;
    readonly results: Readonly<Record<string, number>>;
    readonly answered: number;
    readonly abandoned: number;
    /** null: nobody answered. */
    readonly abandon_rate: number | null;
    /** Questionnaires that were answered to the end. */
    readonly responses: number;
    /** State of leads -> how many. */
    readonly left: Readonly<Record<string, number>>;
    /** The half hour in which most were abandoned. */
    readonly worst: {
      readonly until_at: number;
      readonly answered: number;
      readonly abandoned: number;
    } | null;
  };
}
