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

/** Whether a tab of this browser is the phone, or will be. */
export async function isHere(): Promise<boolean> {
  const { held } = (await navigator.locks?.query()) ?? {};
  return held?.some(({ name }) => name === NAME) ?? false;
}

/** A reload frees the lock a moment after the new page asks for it. */
const PATIENCE_MS = 600;
/** How long a page that is loaded anew may take to ask again, before another tab has its turn. */
const RELOAD_MS = 2500;

export interface Turn {
  /** This tab is the phone now. */
  mine(): void;
  /** Another tab is. It may end: then `mine` follows. */
  theirs(): void;
}

/** `ask` for the phone, `wait` until the tab that has it is closed, or `take` it from that one. */
export type Way = "ask" | "wait" | "take";

/** Returns how to give the phone back, or up. */
export function beThePhone(turn: Turn, way: Way): () => void {
  if (navigator.locks === undefined) {
    turn.mine();
    return () => undefined;
  }
  const waiting = new AbortController();
  let release: () => void = () => waiting.abort();
  let isSecond = way === "wait";
  const late = window.setTimeout(() => {
    isSecond = true;
    turn.theirs();
  }, PATIENCE_MS);
  if (isSecond) window.clearTimeout(late);
  const hold = () => {
    window.clearTimeout(late);
    turn.mine();
    return new Promise<void>((done) => {
      release = done;
    });
  };
  const queue = async () => {
    await navigator.locks.request(NAME, { signal: waiting.signal }, () =>
      isSecond ? undefined : hold(),
    );
    while (isSecond) {
      // The tab that was the phone is closed, or is being loaded anew: then it goes before.
      await new Promise((done) => window.setTimeout(done, RELOAD_MS));
      if (waiting.signal.aborted) return;
      const isMine = await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => {
        if (lock !== null) await hold();
        return lock !== null;
      });
      if (isMine) return;
      await navigator.locks.request(NAME, { signal: waiting.signal }, () => undefined);
    }
  };
  const steal = () => navigator.locks.request(NAME, { steal: true }, hold);
  (way === "take" ? steal() : queue()).catch((error: unknown) => {
    // Another tab has taken it; what this one gave up itself needs no telling.
    if (!waiting.signal.aborted && (error as Error).name === "AbortError") turn.theirs();
  });
  return () => {
    window.clearTimeout(late);
    release();
  };
}
