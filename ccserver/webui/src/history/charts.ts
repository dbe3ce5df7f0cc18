// What the charts draw, as options of ECharts. Pure: colours and words come in.

import type { EChartsCoreOption } from "echarts/core";
import { clock, percent } from "../words/format.ts";
import { type Line, numberOf } from "./figures.ts";

export interface Palette {
  readonly ink: string;
  readonly line: string;
  readonly back: string;
  readonly green: string;
  readonly red: string;
  readonly amber: string;
  readonly blue: string;
  readonly violet: string;
}

export interface Series {
  readonly title: string;
  readonly values: readonly (number | null)[];
  readonly color: keyof Palette;
  readonly kind: "bar" | "line" | "step";
  /** Bars of the same stack stand on one another. */
  readonly stack?: string;
  readonly isDashed?: boolean;
  /** On the right-hand axis. */
  readonly isRight?: boolean;
}

export interface Chart {
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly unit: "count" | "share" | "ms";
  /** Labels below the axis only where this holds; left out: as many as fit. */
  readonly isLabelled?: (label: string) => boolean;
  /** What the axes count. */
  readonly left?: string;
  readonly right?: string;
}

const TEXTS: Record<Chart["unit"], (value: number) => string> = {
  count: (value) => String(value),
  share: percent,
  ms: clock,
};

export function optionOf(chart: Chart, palette: Palette): EChartsCoreOption {
  const text = TEXTS[chart.unit];
  const { isLabelled } = chart;
  const axis = {
    axisLabel: { color: palette.ink },
    axisLine: { lineStyle: { color: palette.line } },
    splitLine: { lineStyle: { color: palette.line } },
    nameTextStyle: { color: palette.ink },
  };
  const y = (name: string | undefined) => ({
    ...axis,
    type: "value",
    name: name ?? "",
    min: 0,
    ...(chart.unit === "share" ? { max: 1 } : {}),
    ...(chart.unit === "count" ? { minInterval: 1 } : {}),
    axisLabel: { color: palette.ink, formatter: text },
  });
  const hasRight = chart.series.some((one) => one.isRight);
  return {
    animation: false,
    // Patterns beside the colours, and a description for those who cannot see it.
    aria: { enabled: true, decal: { show: true } },
    textStyle: { color: palette.ink },
    grid: { left: 64, right: hasRight ? 64 : 24, top: 48, bottom: 72 },
    legend: { top: 0, textStyle: { color: palette.ink } },
    tooltip: {
      trigger: "axis",
      // The page's policy lets nobody write styles into HTML.
      renderMode: "richText",
      backgroundColor: palette.back,
      borderColor: palette.line,
      textStyle: { color: palette.ink },
      valueFormatter: (value: unknown) => (typeof value === "number" ? text(value) : "–"),
    },
    dataZoom: [{ type: "inside" }, { type: "slider", height: 20, bottom: 8 }],
    xAxis: {
      ...axis,
      type: "category",
      data: chart.labels,
      splitLine: { show: false },
      axisLabel: {
        color: palette.ink,
        interval:
          isLabelled === undefined ? "auto" : (_: number, label: string) => isLabelled(label),
      },
    },
    yAxis: hasRight
      ? [y(chart.left), { ...y(chart.right), splitLine: { show: false } }]
      : y(chart.left),
    series: chart.series.map((one) => ({
      name: one.title,
      type: one.kind === "bar" ? "bar" : "line",
      ...(one.kind === "step" ? { step: "end" } : {}),
      ...(one.stack === undefined ? {} : { stack: one.stack }),
      yAxisIndex: one.isRight ? 1 : 0,
      showSymbol: one.values.length < 60,
      connectNulls: false,
      color: palette[one.color],
      lineStyle: { width: 2, type: one.isDashed ? "dashed" : "solid" },
      data: one.values,
    })),
  };
}

type Titles = Readonly<Record<string, string>>;

function values(lines: readonly Line[], id: string): (number | null)[] {
  return lines.map((line) => numberOf(line, id));
}

/** Offered, as what became of it: the bars together are the offered. */
export function volumeChart(
  lines: readonly Line[],
  labels: readonly string[],
  titles: Titles,
): Chart {
  const bar = (id: string, color: Series["color"]): Series => ({
    title: titles[id] ?? id,
    values: values(lines, id),
    color,
    kind: "bar",
    stack: "offered",
  });
  return {
    labels,
    unit: "count",
    series: [
      bar("answered", "green"),
      bar("abandoned", "red"),
      bar("short_abandoned", "amber"),
      bar("flowed_out", "violet"),
      {
        title: titles.offered ?? "offered",
        values: values(lines, "offered"),
        color: "blue",
        kind: "line",
      },
    ],
  };
}

export function levelChart(
  lines: readonly Line[],
  labels: readonly string[],
  titles: Titles,
): Chart {
  const id = "service_level";
  const line: Series = {
    title: titles[id] ?? id,
    values: values(lines, id),
    color: "blue",
    kind: "line",
  };
  return { labels, unit: "share", series: [line] };
}

export function waitsChart(
  lines: readonly Line[],
  labels: readonly string[],
  titles: Titles,
): Chart {
  const line = (id: string, color: Series["color"], isDashed = false): Series => ({
    title: titles[id] ?? id,
    values: values(lines, id),
    color,
    kind: "line",
    isDashed,
  });
  return {
    labels,
    unit: "ms",
    series: [
      line("wait_p50_ms", "green"),
      line("wait_p90_ms", "amber", true),
      line("wait_p95_ms", "red"),
    ],
  };
}
