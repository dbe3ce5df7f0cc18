import { expect, test } from "vitest";
import { zhFigures } from "../words/figures_zh.ts";
import {
  busiest,
  columnsOf,
  type Definition,
  everyInterval,
  groupOf,
  groupsIn,
  intervalText,
  type Line,
  valueText,
} from "./figures.ts";

const define = (id: string): Definition => ({ id, title: id, formula: "", variant: "", unit: "" });
const IDS = ["offered", "wait_p90_ms", "sl_strict", "service_level", "flowed_out_full", "new_one"];
const definitions = IDS.map(define);

test("each figure has its group, and one that is new is not lost", () => {
  expect(IDS.map(groupOf)).toEqual(["volume", "waits", "variants", "level", "reasons", "other"]);
  expect(groupOf("fcr_7")).toBe("resolution");
  expect(groupsIn(definitions)).toEqual([
    "volume",
    "reasons",
    "level",
    "variants",
    "waits",
    "other",
  ]);
});

test("columns stand group by group, and only those that were chosen", () => {
  const chosen = columnsOf(definitions, ["waits", "volume", "people"]);
  expect(chosen.map((one) => [one.group, one.columns.map((column) => column.id)])).toEqual([
    ["volume", ["offered"]],
    ["waits", ["wait_p90_ms"]],
  ]);
});

test("a value is written by its unit, and one that nobody has made is a dash", () => {
  expect(valueText(1234, "calls")).toBe("1,234");
  expect(valueText(0.8, "share")).toBe("80.0 %");
  expect(valueText(75_000, "ms")).toBe("1:15");
  expect(valueText(null, "share")).toBe("–");
});

test("the charts begin with whom most calls were offered to", () => {
  const line = (name: string, offered: number | null): Line => ({ name, title: "", offered });
  expect(busiest([line("a", 3), line("b", 9), line("c", null)])).toBe("b");
  expect(busiest([])).toBe("");
});

test("an interval is told on the site's clock", () => {
  const from = Date.parse("2026-11-23T16:00:00Z");
  const of = (step: string) => intervalText(from, from + 1_800_000, step, "Asia/Shanghai", "en-GB");
  expect(of("30")).toBe("24/11/2026 00:00–00:30");
  expect(of("day")).toBe("24/11/2026");
});

test("the main figures are known in Chinese", () => {
  for (const id of ["offered", "service_level", "fcr_7", "wait_p95_ms", "flowed_out_timeout"]) {
    expect(zhFigures[id]?.title).toMatch(/[\u4e00-\u9fff]/);
  }
});

test("an interval in which nothing was has a place in the chart, but no figures", () => {
  const row = { name: "a", title: "A", from_at: 20, to_at: 30, offered: 4 };
  const figures = { definitions, begins: [10, 20], rows: [row], totals: [], all: {} };
  const lines = everyInterval(figures, "a");
  expect(lines.map((line) => [line.from_at, line.to_at, line.offered])).toEqual([
    [10, 20, undefined],
    [20, 30, 4],
  ]);
});
