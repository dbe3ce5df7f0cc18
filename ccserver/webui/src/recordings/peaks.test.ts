import { expect, test } from "vitest";
import { columns, seekBy, waveOf } from "./peaks.ts";

test("two channels lie one byte beside the other, the customer first", () => {
  const wave = waveOf({
    per_second: 10,
    channels: 2,
    peaks: btoa(String.fromCharCode(255, 0, 51, 255)),
  });
  expect(wave.perSecond).toBe(10);
  expect(wave.channels.map((one) => [...one].map((peak) => Math.round(peak * 10) / 10))).toEqual([
    [1, 0.2],
    [0, 1],
  ]);
});

test("a column shows the loudest of what falls into it", () => {
  const loudness = Float32Array.of(0, 1, 0, 0, 0.5, 0);
  expect(columns(loudness, 2)).toEqual([1, 0.5]);
  expect(columns(loudness, 3)).toEqual([1, 0, 0.5]);
});

test("a short sound fills all columns, and none is empty", () => {
  expect(columns(Float32Array.of(1, 0.5), 4)).toEqual([1, 1, 0.5, 0.5]);
  expect(columns(new Float32Array(), 2)).toEqual([0, 0]);
});

test("keys seek within the sound", () => {
  expect(seekBy("ArrowRight", 10, 60)).toBe(15);
  expect(seekBy("ArrowLeft", 2, 60)).toBe(0);
  expect(seekBy("PageUp", 50, 60)).toBe(60);
  expect(seekBy("End", 1, 60)).toBe(60);
  expect(seekBy("a", 1, 60)).toBeNull();
});
