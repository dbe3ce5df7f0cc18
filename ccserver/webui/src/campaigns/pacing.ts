// How a campaign went in the last minutes, as the live messages told it, and what it is drawn as.

import type { Chart, Series } from "../history/charts.ts";
import type { CampaignInfo } from "../messages.ts";

/** Kept of each campaign: a message a second at most. */
export const KEPT_MS = 15 * 60_000;

export interface Sample {
  /** Of this computer. */
  readonly at: number;
  readonly info: CampaignInfo;
}

export type Past = ReadonlyMap<string, readonly Sample[]>;

/** With one more sample, and without those that are too old. */
export function sampled(past: Past, info: CampaignInfo, at: number): Past {
  const kept = (past.get(info.campaign) ?? []).filter((one) => one.at > at - KEPT_MS);
  return new Map(past).set(info.campaign, [...kept, { at, info }]);
}

/** Abandoned calls / calls that a person answered, within the period of the cap; null: none yet. */
export function abandonRate(info: CampaignInfo): number | null {
  return info.period_answered === 0 ? null : info.period_abandoned / info.period_answered;
}

/** Who answers now, and finds somebody: what the pacer weighs. */
const LINES = [
  ["ringing", "blue"],
  ["expected_answers", "violet"],
  ["free_agents", "green"],
  ["soon_free", "amber"],
  ["waiting", "red"],
] as const satisfies readonly (readonly [keyof CampaignInfo, Series["color"]])[];

export type PacingLine = (typeof LINES)[number][0];

export function pacingChart(
  samples: readonly Sample[],
  titles: Readonly<Record<PacingLine, string>>,
  timeOf: (at: number) => string,
): Chart {
  return {
    labels: samples.map((one) => timeOf(one.at)),
    unit: "count",
    series: LINES.map(
      ([id, color]): Series => ({
        title: titles[id],
        values: samples.map((one) => Math.round(one.info[id] * 10) / 10),
        color,
        kind: "line",
        isDashed: id === "expected_answers" || id === "soon_free",
      }),
    ),
  };
}

/** What holds the dialing, as the words of the page know it. */
export const WHYS = [
  "budget",
  "risk",
  "lines",
  "rate",
  "hopper",
  "agents",
  "window",
  "cold",
  "closed",
] as const;
export type Why = (typeof WHYS)[number];

export function whyOf(info: CampaignInfo): Why | null {
  return WHYS.find((one) => one === info.why) ?? null;
}

/** It calls, or may soon, or what it has called goes on. */
export function isLive(info: CampaignInfo): boolean {
  return (
    info.state === "running" ||
    info.state === "paused" ||
    info.ringing + info.waiting + info.talking > 0
  );
}
