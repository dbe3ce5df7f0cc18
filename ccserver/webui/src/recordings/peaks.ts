// The wave-form as the server keeps it, and as it is drawn.

import type { PeaksRow } from "./rows.ts";

/** The loudness of each channel, 0 to 1, `perSecond` times a second. */
export interface Wave {
  readonly perSecond: number;
  readonly channels: readonly Float32Array[];
}

/** Base64, a byte for each channel in turn; 255 is as loud as can be. */
export function waveOf(row: PeaksRow): Wave {
  const bytes = Uint8Array.from(atob(row.peaks), (one) => one.charCodeAt(0));
  const length = Math.floor(bytes.length / row.channels);
  const channels = Array.from({ length: row.channels }, (_, channel) =>
    Float32Array.from({ length }, (_, n) => (bytes[n * row.channels + channel] ?? 0) / 255),
  );
  return { perSecond: row.per_second, channels };
}

/** The loudest of each of `count` columns: so that nothing is missed when many fall into one. */
export function columns(loudness: Float32Array, count: number): number[] {
  return Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * loudness.length) / count);
    const until = Math.max(from + 1, Math.ceil(((column + 1) * loudness.length) / count));
    let most = 0;
    for (let n = from; n < Math.min(until, loudness.length); n++) {
      most = Math.max(most, loudness[n] ?? 0);
    }
    return most;
  });
}

/** Where a key leads on a line of `seconds`; null: it is no key of the player. */
export function seekBy(key: string, at: number, seconds: number): number | null {
  const to: Record<string, number> = {
    ArrowLeft: at - 5,
    ArrowRight: at + 5,
    ArrowDown: at - 1,
    ArrowUp: at + 1,
    PageDown: at - 30,
    PageUp: at + 30,
    Home: 0,
    End: seconds,
  };
  const wanted = to[key];
  return wanted === undefined ? null : Math.min(Math.max(wanted, 0), seconds);
}
