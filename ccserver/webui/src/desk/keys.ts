// Which key does what at the desk. Typing is never disturbed, except by F-keys.

import { shallowRef } from "vue";

export type Action =
  | "ready"
  | "answer"
  | "mute"
  | "hangUp"
  | "hold"
  | "transfer"
  | "keypad"
  | "note"
  | "dial"
  | "search"
  | "help";

/** Key, what it does: in the order of the help. */
export const KEYS: readonly (readonly [string, Action])[] = [
  ["F2", "ready"],
  ["F4", "answer"],
  ["F8", "hangUp"],
  ["F9", "hold"],
  ["F7", "mute"],
  ["F10", "transfer"],
  ["k", "keypad"],
  ["n", "note"],
  ["d", "dial"],
  ["/", "search"],
  ["?", "help"],
];

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
}

/** What a key is to do; null: it is not ours. */
export function actionOf(pressed: Pressed, isTyping: boolean): Action | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey || pressed.repeat) return null;
  if (isTyping && !/^F\d+$/.test(pressed.key)) return null;
  return KEYS.find(([key]) => key === pressed.key)?.[1] ?? null;
}

export function keyOf(action: Action): string {
  return KEYS.find(([, one]) => one === action)?.[0] ?? "";
}

const TYPED = "input, textarea, select, [contenteditable=true], [role=combobox], [role=textbox]";

export function isTyping(at: EventTarget | null): boolean {
  return at instanceof Element && at.closest(TYPED) !== null;
}

/** What was asked for by a key and is done where it is shown: watch it. */
export const wanted = shallowRef<{ readonly action: Action } | null>(null);

export function want(action: Action): void {
  wanted.value = { action };
}
