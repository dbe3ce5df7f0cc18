import { expect, test } from "vitest";
import type { CampaignInfo } from "../messages.ts";
import { en } from "../words/campaigns_en.ts";
import {
  abandonRate,
  isLive,
  KEPT_MS,
  type PacingLine,
  type Past,
  pacingChart,
  sampled,
  WHYS,
  whyOf,
} from "./pacing.ts";

const INFO = {
  campaign: "care",
  state: "running",
  ringing: 14,
  waiting: 1,
  free_agents: 2,
  period_answered: 200,
  period_abandoned: 5,
  expected_answers: 4.26,
  soon_free: 3,
  why: "risk",
} as CampaignInfo;

test("samples are kept for a while, each campaign by itself", () => {
  let past: Past = new Map();
  past = sampled(past, INFO, 1_000);
  past = sampled(past, { ...INFO, campaign: "recall" }, 1_500);
  past = sampled(past, { ...INFO, ringing: 15 }, 2_000);
  expect(past.get("care")?.map((one) => one.info.ringing)).toEqual([14, 15]);
  past = sampled(past, { ...INFO, ringing: 16 }, 1_000 + KEPT_MS);
  expect(past.get("care")?.map((one) => one.info.ringing)).toEqual([15, 16]);
  expect(past.get("recall")).toHaveLength(1);
});

test("the chart has a line for each thing that the pacer weighs", () => {
  const titles = { ringing: "Ringing" } as Record<PacingLine, string>;
  const chart = pacingChart([{ at: 5, info: INFO }], titles, (at) => `t${at}`);
  expect(chart.labels).toEqual(["t5"]);
  expect(chart.series[0]).toMatchObject({ title: "Ringing", values: [14] });
  expect(chart.series[1]).toMatchObject({ values: [4.3], isDashed: true });
});

test("it goes on while it runs or is paused, and while anyone is on the line", () => {
  const rests = { ringing: 0, waiting: 0, talking: 0 };
  const isSo = (state: CampaignInfo["state"], lines = rests) =>
    isLive({ ...INFO, ...lines, state });
  expect([isSo("running"), isSo("paused")]).toEqual([true, true]);
  expect([isSo("scheduled"), isSo("completed"), isSo("draft")]).toEqual([false, false, false]);
  expect(isSo("stopped", { ...rests, talking: 1 })).toBe(true);
});

test("the rate is that of the period of the cap", () => {
  expect(abandonRate(INFO)).toBe(0.025);
  expect(abandonRate({ ...INFO, period_answered: 0 })).toBeNull();
});

test("what holds the dialing is said in words", () => {
  expect(whyOf(INFO)).toBe("risk");
  expect(whyOf({ ...INFO, why: "" })).toBeNull();
  for (const why of WHYS) expect(en[`campaigns.why.${why}`]).not.toBe("");
});
