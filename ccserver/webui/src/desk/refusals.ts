// Why the server would not do something, in the person's language.

/** Reasons that begin with a colleague's login. */
export const OF_SOMEBODY = [
  " is not logged in: choose somebody else.",
  " is not logged in: choose a queue, or somebody else.",
  " is busy: choose somebody else, or try again later.",
  "'s phone cannot be reached: choose somebody else.",
] as const;

/** Who it is about and what is the matter; null: it is about nobody. */
export function about(reason: string): { who: string; what: (typeof OF_SOMEBODY)[number] } | null {
  const what = OF_SOMEBODY.find((end) => reason.endsWith(end));
  return what === undefined ? null : { who: reason.slice(0, -what.length), what };
}
