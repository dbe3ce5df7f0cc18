// How good the network is in a talk: what the browser counts of the sound, as people and reports
// read it. Pure.

/** What was counted at one instant. */
export interface Reading {
  readonly received: number;
  readonly lost: number;
  readonly jitter_ms: number;
  /** null: not measured yet. */
  readonly round_trip_ms: number | null;
}

export type Grade = "good" | "fair" | "poor";

/** What the last seconds were like. */
export interface Quality {
  readonly grade: Grade;
  readonly jitter_ms: number;
  /** Of the packets since the reading before, 0 to 1. */
  readonly loss: number;
  readonly round_trip_ms: number | null;
}

/** One row of RTCStatsReport, as far as it is read. */
export interface StatsRow {
  readonly type: string;
  readonly kind?: string;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  /** Seconds (W3C webrtc-stats). */
  readonly jitter?: number;
  readonly roundTripTime?: number;
  readonly currentRoundTripTime?: number;
  readonly nominated?: boolean;
  readonly state?: string;
}

/** What is told of the sound; null while none has come. */
export function readingOf(rows: Iterable<StatsRow>): Reading | null {
  let inbound: StatsRow | undefined;
  let remote: number | undefined;
  let pair: number | undefined;
  for (const row of rows) {
    if (row.type === "inbound-rtp" && row.kind === "audio") inbound = row;
    if (row.type === "remote-inbound-rtp" && row.kind === "audio") remote = row.roundTripTime;
    if (row.type === "candidate-pair" && row.nominated && row.state === "succeeded")
      pair = row.currentRoundTripTime;
  }
  if (inbound === undefined) return null;
  // RTCP tells the way of the sound; the path's own checks do where no report has come yet.
  const roundTrip = remote ?? pair;
  return {
    received: inbound.packetsReceived ?? 0,
    lost: Math.max(0, inbound.packetsLost ?? 0),
    jitter_ms: Math.round((inbound.jitter ?? 0) * 1000),
    round_trip_ms: roundTrip === undefined ? null : Math.round(roundTrip * 1000),
  };
}

/** Up to which a talk is still good, or fair: ITU-T G.114 for the way there and back, and what
 * Opus's and G.711's concealment hides of loss and jitter. */
const LIMITS = {
  good: { jitter_ms: 30, loss: 0.01, round_trip_ms: 300 },
  fair: { jitter_ms: 60, loss: 0.05, round_trip_ms: 600 },
} as const;

export function qualityOf(before: Reading | null, now: Reading): Quality {
  const received = now.received - (before?.received ?? 0);
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  const expected = received + lost;
  // Silence of two seconds is the worst that a network does.
  const loss = expected > 0 ? lost / expected : before === null ? 0 : 1;
  const isWithin = (limit: (typeof LIMITS)[keyof typeof LIMITS]) =>
    now.jitter_ms <= limit.jitter_ms &&
    loss <= limit.loss &&
    (now.round_trip_ms ?? 0) <= limit.round_trip_ms;
  const grade = isWithin(LIMITS.good) ? "good" : isWithin(LIMITS.fair) ? "fair" : "poor";
  return { grade, jitter_ms: now.jitter_ms, loss, round_trip_ms: now.round_trip_ms };
}

/** All readings of one talk. */
export interface Totals {
  readonly last: Reading | null;
  readonly count: number;
  readonly jitter_sum_ms: number;
  readonly jitter_max_ms: number;
  readonly round_trips: number;
  readonly round_trip_sum_ms: number;
  readonly round_trip_max_ms: number;
}

export const NO_TOTALS: Totals = {
  last: null,
  count: 0,
  jitter_sum_ms: 0,
  jitter_max_ms: 0,
  round_trips: 0,
  round_trip_sum_ms: 0,
  round_trip_max_ms: 0,
};

export function withReading(totals: Totals, now: Reading): Totals {
  const trip = now.round_trip_ms;
  return {
    last: now,
    count: totals.count + 1,
    jitter_sum_ms: totals.jitter_sum_ms + now.jitter_ms,
    jitter_max_ms: Math.max(totals.jitter_max_ms, now.jitter_ms),
    round_trips: totals.round_trips + (trip === null ? 0 : 1),
    round_trip_sum_ms: totals.round_trip_sum_ms + (trip ?? 0),
    round_trip_max_ms: Math.max(totals.round_trip_max_ms, trip ?? 0),
  };
}

/** What is stored with the call; null: nothing was measured. */
export function reportOf(totals: Totals, started_at: number, ended_at: number) {
  const { last, count, round_trips } = totals;
  if (last === null) return null;
  const isTripKnown = round_trips > 0;
  return {
    started_at,
    ended_at,
    packets_received: last.received,
    packets_lost: last.lost,
    jitter_mean_ms: Math.round(totals.jitter_sum_ms / count),
    jitter_max_ms: totals.jitter_max_ms,
    round_trip_mean_ms: isTripKnown ? Math.round(totals.round_trip_sum_ms / round_trips) : null,
    round_trip_max_ms: isTripKnown ? totals.round_trip_max_ms : null,
  };
}
