import { expect, test } from "vitest";
import { optionOf, type Palette, volumeChart } from "./charts.ts";
import {
  arrivedByQuarter,
  type DayFigures,
  type Expected,
  minuteChart,
  outlookOf,
  quarterChart,
} from "./day.ts";

const day: DayFigures = {
  begins_at: 0,
  minute_ms: 60_000,
  // 20 minutes have begun.
  arrived: [2, ...Array(13).fill(0), 3, 4, 0, 0, 0, 0],
  answered: Array(20).fill(0),
  abandoned: Array(20).fill(0),
  in_talk: Array(20).fill(1),
  signed_in: Array(20).fill(5),
  expected: {
    usual: Array(96).fill(8.04),
    busyness: 1.25,
    expected: Array(96).fill(10),
    total: 40,
    days: 6,
  },
};
const titles = {
  arrived: "Arrived",
  answered: "Answered",
  abandoned: "Abandoned",
  in_talk: "In talk",
  signed_in: "Signed in",
  expected: "Expected",
  usual: "Usual",
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

test("what is left is what is expected of the day less what has come", () => {
  expect(outlookOf(day)).toEqual({ arrived: 9, expected: 40, left: 31, busyness: 1.25, days: 6 });
});

test("without past days nothing is to be expected", () => {
  expect(outlookOf({ ...day, expected: null })).toEqual({
    arrived: 9,
    expected: null,
    left: null,
    busyness: null,
    days: 0,
  });
});

test("minutes are summed by the quarter, and the time to come has no numbers", () => {
  expect(arrivedByQuarter(day).slice(0, 3)).toEqual([5, 4, null]);
  const chart = minuteChart(day, 1440, titles, String);
  expect(chart.series[0]?.values.slice(14, 22)).toEqual([3, 4, 0, 0, 0, 0, null, null]);
  expect(chart.labels[1]).toBe("60000");
});

test("the quarters stand on the clock on the wall", () => {
  const chart = quarterChart(day, day.expected as Expected, titles);
  expect([chart.labels[0], chart.labels[95]]).toEqual(["00:00", "23:45"]);
  expect(chart.series.map((one) => one.values[0])).toEqual([5, 10, 8]);
});

test("people stand on the right-hand axis, and tooltips are drawn without HTML", () => {
  const option = optionOf(minuteChart(day, 1440, titles, String), palette);
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
