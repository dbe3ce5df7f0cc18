import { describe, expect, it } from "vitest";
import {
  NO_TOTALS,
  qualityOf,
  type Reading,
  readingOf,
  reportOf,
  type StatsRow,
  withReading,
} from "./quality.ts";

const inbound: StatsRow = {
  type: "inbound-rtp",
  kind: "audio",
  packetsReceived: 100,
  packetsLost: 2,
  jitter: 0.012,
};
const reading: Reading = { received: 100, lost: 0, jitter_ms: 10, round_trip_ms: 40 };

describe("a reading", () => {
  it("is nothing while no sound has come", () => {
    expect(readingOf([])).toBeNull();
    expect(readingOf([{ ...inbound, kind: "video" }])).toBeNull();
  });

  it("has the round trip of the sound, else of the path", () => {
    const pair: StatsRow = {
      type: "candidate-pair",
      nominated: true,
      state: "succeeded",
      currentRoundTripTime: 0.05,
    };
    const remote: StatsRow = { type: "remote-inbound-rtp", kind: "audio", roundTripTime: 0.02 };
    expect(readingOf([inbound])).toEqual({
      received: 100,
      lost: 2,
      jitter_ms: 12,
      round_trip_ms: null,
    });
    expect(readingOf([inbound, pair])?.round_trip_ms).toBe(50);
    expect(readingOf([inbound, pair, remote])?.round_trip_ms).toBe(20);
    expect(readingOf([inbound, { ...pair, nominated: false }])?.round_trip_ms).toBeNull();
  });

  it("takes duplicates, which count as less than no loss, for no loss", () => {
    expect(readingOf([{ ...inbound, packetsLost: -3 }])?.lost).toBe(0);
  });
});

describe("the quality", () => {
  const then = (change: Partial<Reading>) =>
    qualityOf(reading, { ...reading, received: 200, ...change });

  it("is good, fair or poor by the worst of the three", () => {
    expect(then({}).grade).toBe("good");
    expect(then({ jitter_ms: 31 }).grade).toBe("fair");
    expect(then({ jitter_ms: 61 }).grade).toBe("poor");
    expect(then({ round_trip_ms: 301 }).grade).toBe("fair");
    expect(then({ round_trip_ms: 601 }).grade).toBe("poor");
    expect(then({ lost: 3 }).grade).toBe("fair");
    expect(then({ lost: 10 }).grade).toBe("poor");
    expect(then({ round_trip_ms: null }).grade).toBe("good");
  });

  it("is of the last seconds only", () => {
    expect(qualityOf({ ...reading, lost: 50 }, { ...reading, received: 200, lost: 50 }).loss).toBe(
      0,
    );
  });

  it("is poor when nothing comes any more, but not before the first sound", () => {
    expect(qualityOf(reading, reading)).toMatchObject({ grade: "poor", loss: 1 });
    expect(qualityOf(null, { ...reading, received: 0 }).grade).toBe("good");
  });
});

describe("the report of a talk", () => {
  it("is none when nothing was measured", () => {
    expect(reportOf(NO_TOTALS, 1, 2)).toBeNull();
  });

  it("has means and worst of all readings, and the last counts", () => {
    const totals = [
      { ...reading, round_trip_ms: null },
      { ...reading, received: 200, lost: 3, jitter_ms: 31 },
    ].reduce(withReading, NO_TOTALS);
    expect(reportOf(totals, 1000, 5000)).toEqual({
      started_at: 1000,
      ended_at: 5000,
      packets_received: 200,
      packets_lost: 3,
      jitter_mean_ms: 21,
      jitter_max_ms: 31,
      round_trip_mean_ms: 40,
      round_trip_max_ms: 40,
    });
  });

  it("says that the round trip is not known", () => {
    const report = reportOf(withReading(NO_TOTALS, { ...reading, round_trip_ms: null }), 1, 2);
    expect(report?.round_trip_mean_ms).toBeNull();
    expect(report?.round_trip_max_ms).toBeNull();
  });
});
