import { describe, expect, it } from "vitest";
import { hookOf, type Item, OUTPUTS, reportFor } from "./hid.ts";

/** As many headsets have it: hook switch, mute, six bits of nothing. */
const items: Item[] = [
  { usages: [0x0b0020, 0x0b002f], reportSize: 1, reportCount: 2 },
  { usages: [], reportSize: 1, reportCount: 6 },
];
const down = { isOff: false, isMute: false };
const of = (...bytes: number[]) => new DataView(Uint8Array.from(bytes).buffer);

describe("a headset's report", () => {
  it("tells the hook and the mute button", () => {
    expect(hookOf(items, of(0b01), down)).toEqual({ isOff: true, isMute: false });
    expect(hookOf(items, of(0b10), down)).toEqual({ isOff: false, isMute: true });
  });

  it("leaves what it does not tell as it was", () => {
    const mute: Item[] = [
      { reportSize: 8, reportCount: 1 },
      { usages: [0x0b002f], reportSize: 1, reportCount: 1 },
    ];
    expect(hookOf(mute, of(0, 1), { isOff: true, isMute: false })).toEqual({
      isOff: true,
      isMute: true,
    });
  });

  it("may be about something else, or too short", () => {
    const volume: Item[] = [{ usages: [0x0c00e9], reportSize: 1, reportCount: 1 }];
    expect(hookOf(volume, of(1), down)).toBeNull();
    expect(hookOf(items, of(), down)).toBeNull();
  });
});

describe("what a headset shows", () => {
  const lamps: Item[] = [
    { usages: [OUTPUTS.offHook, OUTPUTS.mute], reportSize: 1, reportCount: 2 },
    { usages: [OUTPUTS.ring], reportSize: 1, reportCount: 1 },
    { reportSize: 1, reportCount: 5 },
  ];

  it("is set bit by bit", () => {
    expect(reportFor(lamps, { [OUTPUTS.offHook]: true, [OUTPUTS.ring]: true })).toEqual(
      Uint8Array.from([0b101]),
    );
  });

  it("is nothing where there are no such lamps", () => {
    expect(reportFor([{ reportSize: 8, reportCount: 2 }], { [OUTPUTS.ring]: true })).toBeNull();
  });
});
