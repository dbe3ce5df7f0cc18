// A stretch of time: two instants in ms.

export type Span = readonly [from: number, to: number];

const DAY_MS = 86_400_000;

/** The last days until the end of this minute. */
export function lastDays(days: number, now: number): Span {
  const to = Math.ceil(now / 60_000) * 60_000;
  return [to - days * DAY_MS, to];
}

export function queryOf(
  span: Span,
  more: Readonly<Record<string, string | null>> = {},
): URLSearchParams {
  const query = new URLSearchParams({ from: String(span[0]), to: String(span[1]) });
  for (const [name, value] of Object.entries(more)) {
    if (value !== null && value !== "") query.set(name, value);
  }
  return query;
}
