import { describe, expect, it } from "vitest";
import { path } from "../api.ts";
import type { Comparison, Share } from "../rows.ts";
import { beside, byCount, leavers, shareOf, today } from "./figures.ts";

describe("where callers leave", () => {
  it("has the step with most on top, and of two alike the one with the larger share", () => {
    const steps = [
      { step: "welcome", entered: 100, left_here: 5 },
      { step: "main", entered: 95, left_here: 0 },
      { step: "pin", entered: 10, left_here: 5 },
      { step: "hours", entered: 40, left_here: 20 },
    ];
    expect(leavers(steps).map((one) => [one.step, one.share])).toEqual([
      ["hours", 0.5],
      ["pin", 0.5],
      ["welcome", 0.05],
    ]);
  });

  it("says how walks ended, the most usual first", () => {
    expect(byCount({ hung_up: 3, queued: 40 })).toEqual([
      ["queued", 40],
      ["hung_up", 3],
    ]);
  });
});

describe("a flow's day", () => {
  const lateInLondon = Date.UTC(2026, 6, 31, 20, 30);
  it("is the day where the flow answers", () => {
    expect(today("Asia/Shanghai", lateInLondon)).toBe("2026-08-01");
    expect(today("Europe/London", lateInLondon)).toBe("2026-07-31");
  });
  it("is UTC's where the browser does not know the zone", () => {
    expect(today("Mars/Olympus", lateInLondon)).toBe("2026-07-31");
  });
});

describe("a canary beside the others", () => {
  const share = (count: number): Share => ({ count, share: 0, low: 0, high: 1 });
  const difference = { value: 0.1, low: -0.1, high: 0.3, is_certain: false };
  const found: Comparison = {
    since: 0,
    released: {
      version: 3,
      walks: 50,
      mean_ms: 1,
      ended: { queued: share(40), hung_up: share(10) },
    },
    canary: { version: 4, walks: 6, mean_ms: 1, ended: { queued: share(5), voicemail: share(1) } },
    differences: { queued: difference },
  };
  it("shows every way that either has", () => {
    expect(beside(found)).toEqual([
      { how: "queued", released: share(40), canary: share(5), difference },
      { how: "hung_up", released: share(10), canary: null, difference: null },
      { how: "voicemail", released: null, canary: share(1), difference: null },
    ]);
  });

  it.each([
    ["10", 0.1],
    ["2,5", 0.025],
    ["0", null],
    ["100", null],
    ["", null],
    ["ten", null],
  ])("gets %o per cent of the callers as %o", (typed, wanted) => {
    expect(shareOf(typed)).toBe(wanted);
  });
});

describe("a path", () => {
  it("holds any name in one part", () => {
    expect(path("voicemails", "2026/07/a b.wav", "take")).toBe(
      "/api/voicemails/2026%2F07%2Fa%20b.wav/take",
    );
  });
});
