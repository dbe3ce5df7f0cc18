// One tab of a browser is the phone: the others would ring along.

const NAME = "ccserver.phone";
const KEY = "ccserver.screen";

/** What this tab calls itself; a reload keeps it. */
export function screen(): string {
  const kept = sessionStorage.getItem(KEY);
  if (kept !== null) return kept;
  return newScreen();
}

/** A tab that was duplicated has its original's name too: whoever takes over takes another. */
export function newScreen(): string {
  const made = crypto.randomUUID();
  sessionStorage.setItem(KEY, made);
  return made;
}

export function wasPhone(): boolean {
  return sessionStorage.getItem(KEY) !== null;
}

export function forgetScreen(): void {
  sessionStorage.removeItem(KEY);
}

/** A reload frees the lock a moment after the new page asks for it. */
const PATIENCE_MS = 600;

export interface Turn {
  /** This tab is the phone now. */
  mine(): void;
  /** Another tab is. It may end: then `mine` follows. */
  theirs(): void;
}

/** Ask to be the phone; `isForced`: take it from another tab. Returns how to give it back. */
export function beThePhone(turn: Turn, isForced: boolean): () => void {
  if (navigator.locks === undefined) {
    turn.mine();
    return () => undefined;
  }
  const waiting = new AbortController();
  let release: () => void = () => waiting.abort();
  const late = window.setTimeout(turn.theirs, PATIENCE_MS);
  const options = isForced ? { steal: true } : { signal: waiting.signal };
  navigator.locks
    .request(NAME, options, () => {
      window.clearTimeout(late);
      turn.mine();
      return new Promise<void>((done) => {
        release = done;
      });
    })
    .catch((error: unknown) => {
      // Another tab has taken it; what this one gave up itself needs no telling.
      if (!waiting.signal.aborted && (error as Error).name === "AbortError") turn.theirs();
    });
  return () => {
    window.clearTimeout(late);
    release();
  };
}
