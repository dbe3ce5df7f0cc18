// What the HTTP API answers, as far as this page reads it. /openapi.json describes all of it.

export interface Voicemail {
  readonly file: string;
  readonly contact: string;
  readonly queue: string;
  readonly caller: string;
  readonly started_at: number;
  readonly ended_at: number;
  readonly state: "new" | "taken" | "done";
  /** The log-in of who looks after it. */
  readonly taken_by: string | null;
  /** Hear it as /api/recordings/<recording>/sound. */
  readonly recording: number | null;
}

export interface Contact {
  /** Why the caller's number is listed as a nuisance; null: it is not. */
  readonly nuisance: string | null;
}

export interface Flow {
  readonly flow: string;
  readonly version: number;
  readonly canary_version: number | null;
  /** 0 to 1. */
  readonly canary_share: number;
  readonly changed_at: number;
  readonly changed_by: string;
}

export interface FlowPage extends Flow {
  /** TOML. */
  readonly text: string;
  /** In which its days are counted (IANA). */
  readonly zone: string;
}

export interface Version {
  readonly version: number;
  readonly published_at: number;
  readonly published_by: string;
  readonly note: string;
}

export interface StepFigures {
  readonly step: string;
  readonly entered: number;
  /** Those who hung up. */
  readonly left_here: number;
  /** How it was left for another step: `then`, `key 1` … */
  readonly went_on?: Readonly<Record<string, number>>;
}

export interface FlowFigures {
  readonly walks: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly mean_ms: number;
  readonly steps: readonly StepFigures[];
}

export interface Share {
  readonly count: number;
  readonly share: number;
  /** The 95 % interval of the true share. */
  readonly low: number;
  readonly high: number;
}

export interface Side {
  readonly version: number;
  readonly walks: number;
  readonly ended: Readonly<Record<string, Share>>;
  readonly mean_ms: number;
}

export interface Difference {
  /** The canary's share less the other's. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly is_certain: boolean;
}

export interface Comparison {
  readonly since: number;
  readonly released: Side;
  readonly canary: Side;
  readonly differences: Readonly<Record<string, Difference>>;
}
