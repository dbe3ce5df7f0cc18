import { expect, test } from "vitest";
import { optionOf, type Palette, volumeChart } from "./charts.ts";
import { arrivedByQuarter, type DayFigures, minuteChart, outlookOf } from "./day.ts";

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const minute = (place: number, arrived: number) => ({
  at: place * MINUTE,
  arrived,
  answered: 0,
  abandoned: 0,
  in_talk: 1,
  signed_in: 5,
});
const day: DayFigures = {
  minutes: [minute(0, 2), minute(14, 3), minute(15, 4), minute(40, 9)],
  expected: [0, 1, 2, 3].map((place) => ({ from_at: place * QUARTER, calls: 10 })),
  expected_today: 40,
  arrived_today: 9,
};
const titles = {
  arrived: "Arrived",
  answered: "Answered",
  abandoned: "Abandoned",
  in_talk: "In talk",
  signed_in: "Signed in",
  expected: "Expected",
  left: "Calls",
  right: "People",
};
const palette: Palette = {
  ink: "#000",
  line: "#111",
  back: "#222",
  green: "#0f0",
  red: "#f00",
  amber: "#fa0",
  blue: "#00f",
  violet: "#a0f",
};

test("the quarter that runs counts by its share of what was expected so far", () => {
  const outlook = outlookOf(day, 1.5 * QUARTER);
  expect(outlook.expectedSoFar).toBe(15);
  expect(outlook.left).toBe(25);
  expect(outlook.share).toBeCloseTo(9 / 15);
});

test("without past days nothing is to be expected", () => {
  const outlook = outlookOf({ ...day, expected: [], expected_today: null }, QUARTER);
  expect(outlook).toEqual({
    expected: null,
    arrived: 9,
    expectedSoFar: null,
    left: null,
    share: null,
  });
});

test("minutes are summed by the quarter, and the time to come has no numbers", () => {
  expect(arrivedByQuarter(day, 1.5 * QUARTER)).toEqual([5, 4, null, null]);
  const chart = minuteChart(day, 20 * MINUTE, titles, String);
  expect(chart.series[0]?.values).toEqual([2, 3, 4, null]);
  expect(chart.labels).toHaveLength(4);
});

test("people stand on the right-hand axis, and tooltips are drawn without HTML", () => {
  const option = optionOf(minuteChart(day, 0, titles, String), palette);
  expect(option.yAxis).toHaveLength(2);
  expect(option.tooltip).toMatchObject({ renderMode: "richText" });
  expect(option.aria).toMatchObject({ enabled: true, decal: { show: true } });
});

test("the bars of a queue are what became of its offered calls", () => {
  const line = { name: "a", title: "", offered: 5, answered: 3, abandoned: 1, flowed_out: 1 };
  const chart = volumeChart([line], ["9:00"], { answered: "接听量" });
  const bars = chart.series.filter((one) => one.stack === "offered");
  expect(bars.map((one) => [one.title, one.values[0]])).toEqual([
    ["接听量", 3],
    ["abandoned", 1],
    ["short_abandoned", null],
    ["flowed_out", 1],
  ]);
});
