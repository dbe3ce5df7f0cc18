// What a headset's reports say, by USB's HID Usage Tables: page 0x0B (telephony), 0x08 (LEDs). Pure.

/** One field of a report, as WebHID describes it. */
export interface Item {
  readonly usages?: readonly number[];
  readonly isRange?: boolean;
  readonly reportSize: number;
  readonly reportCount: number;
}

export interface Hook {
  /** The headset is at the ear. */
  readonly isOff: boolean;
  /** The mute button is down. */
  readonly isMute: boolean;
}

const HOOK_SWITCH = 0x0b0020;
const PHONE_MUTE = 0x0b002f;

export const OUTPUTS = { ring: 0x080018, offHook: 0x080017, mute: 0x080009 } as const;

/** Of each field of one bit that has a name: its usage and where it is. */
function* bits(items: readonly Item[]): Generator<readonly [number, number]> {
  let at = 0;
  for (const { usages, isRange, reportSize, reportCount } of items) {
    if (reportSize === 1 && !isRange) {
      for (const [i, usage] of (usages ?? []).slice(0, reportCount).entries())
        yield [usage, at + i];
    }
    at += reportSize * reportCount;
  }
}

/** null: the report is about something else. What it does not tell is as `before`. */
export function hookOf(items: readonly Item[], data: DataView, before: Hook): Hook | null {
  let found: Hook | null = null;
  for (const [usage, at] of bits(items)) {
    if (at >> 3 >= data.byteLength) continue;
    const is = ((data.getUint8(at >> 3) >> (at & 7)) & 1) === 1;
    if (usage === HOOK_SWITCH) found = { ...(found ?? before), isOff: is };
    if (usage === PHONE_MUTE) found = { ...(found ?? before), isMute: is };
  }
  return found;
}

/** The bytes that show what the phone does; null: the report shows nothing of it. */
export function reportFor(
  items: readonly Item[],
  is: Readonly<Record<number, boolean>>,
): Uint8Array<ArrayBuffer> | null {
  const length = items.reduce((sum, one) => sum + one.reportSize * one.reportCount, 0);
  const data = new Uint8Array(Math.ceil(length / 8));
  let isOurs = false;
  for (const [usage, at] of bits(items)) {
    if (is[usage] === undefined) continue;
    isOurs = true;
    if (is[usage]) data[at >> 3] = (data[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return isOurs ? data : null;
}
