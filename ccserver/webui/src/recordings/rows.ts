// What the HTTP API answers of recordings and evaluations. /openapi.json describes all of it.

export interface Found {
  readonly id: number;
  readonly contact: string;
  readonly kind: "contact" | "consult" | "voicemail";
  readonly direction: string;
  readonly started_at: number;
  readonly ended_at: number;
  readonly seconds: number;
  readonly queue: string | null;
  readonly agents: readonly string[];
  readonly caller: string;
  readonly customer: string | null;
  readonly customer_name: string | null;
  readonly disposition: string | null;
  readonly tags: readonly string[];
  readonly state: "raw" | "kept" | "deleted";
  /** Empty: it is complete. */
  readonly fault: string;
  readonly evaluations: number;
  readonly held: boolean;
  readonly transcribed: boolean;
}

export interface FoundPage {
  readonly recordings: readonly Found[];
  readonly next: string | null;
}

export interface Mark {
  /** Seconds from the recording's beginning, as in all that follows. */
  readonly offset: number;
  readonly kind: string;
  readonly agent: string | null;
  readonly detail: string;
}

export interface Span {
  readonly offset: number;
  readonly seconds: number;
  readonly kind: string;
  readonly agent: string | null;
}

export interface Leg {
  readonly file: string;
  readonly agents: readonly string[];
  readonly offset: number;
  readonly seconds: number;
  readonly fault: string;
}

export interface Listening {
  readonly id: number;
  readonly person: string;
  readonly what: string;
  readonly at: number;
}

export interface Hold {
  readonly id: number;
  readonly contact: string | null;
  readonly customer: string | null;
  readonly reason: string;
  readonly placed_at: number;
  readonly placed_by: string;
  readonly released_at: number | null;
  readonly released_by: string | null;
  readonly release_reason: string | null;
}

export interface Story extends Found {
  readonly legs: readonly Leg[];
  readonly marks: readonly Mark[];
  readonly spans: readonly Span[];
  readonly deletions: readonly {
    readonly why: string;
    readonly detail: string;
    readonly by: string;
    readonly at: number;
  }[];
  readonly transcript: {
    readonly language: string;
    readonly model: string;
    readonly parts: readonly {
      /** 0: the customer, 1: the agents. */
      readonly channel: number;
      readonly offset: number;
      readonly until: number;
      readonly text: string;
    }[];
  } | null;
  /** null for agents, and so are the holds. */
  readonly listenings: readonly Listening[] | null;
  readonly holds: readonly Hold[] | null;
}

export interface PeaksRow {
  readonly per_second: number;
  readonly channels: number;
  /** Base64. */
  readonly peaks: string;
}

/** What there is to choose from: a part of what the desk is told. */
export interface Offers {
  readonly dispositions: readonly { readonly name: string; readonly title: string }[];
  readonly queues: readonly { readonly name: string; readonly title: string }[];
  readonly teams: readonly { readonly name: string; readonly title: string }[];
  readonly may_download: boolean;
}

// -- evaluations

export type Answer = boolean | number | string | null;
export type Answers = Readonly<Record<string, Answer>>;
export type Comment = readonly [seconds: number, text: string];

export interface Option {
  readonly name: string;
  readonly title: string;
  readonly points: number;
}

export interface Question {
  readonly name: string;
  readonly title: string;
  readonly kind: "yes_no" | "choice" | "scale" | "note";
  readonly points: number;
  readonly options: readonly Option[];
  readonly lowest: number;
  readonly highest: number;
  readonly required: boolean;
  readonly may_not_apply: boolean;
  readonly fails_all: readonly (boolean | number | string)[];
}

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly questions: readonly Question[];
  readonly weight: number;
}

export interface FormDocument {
  readonly name: string;
  readonly title: string;
  readonly sections: readonly Section[];
}

export interface FormRow extends FormDocument {
  readonly version: number;
  readonly active: boolean;
  readonly made_at: number;
  readonly made_by: string;
}

export interface Evaluation {
  readonly id: number;
  readonly recording: number;
  readonly agent: string;
  readonly form: string;
  readonly version: number;
  readonly rater: string;
  readonly answers: Answers;
  readonly comments: readonly Comment[];
  readonly points: number;
  readonly points_max: number;
  readonly failed: boolean;
  readonly made_at: number;
}

export interface Average {
  readonly name: string;
  readonly talks: number;
  readonly failed: number;
  readonly share: number | null;
  readonly sections: Readonly<Record<string, number>>;
}

export interface Agreement {
  readonly version: number;
  readonly talks: number;
  readonly correlation: number | null;
  readonly mean_difference: number | null;
  readonly questions: readonly {
    readonly question: string;
    readonly talks: number;
    readonly same_share: number | null;
    readonly kappa: number | null;
  }[];
}
