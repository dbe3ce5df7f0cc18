// How long a lead is shown before it is called by itself, and why one may be skipped.

import { type ComputedRef, computed, type Ref, ref, watch } from "vue";
import type { Preview } from "../messages.ts";

export const SKIP_REASONS = [
  "talked_before",
  "wrong_data",
  "bad_time",
  "needs_other",
  "other",
] as const;

/** In ms; null: it is not called by itself. */
export function leftOf(preview: Preview, now: number): number | null {
  return preview.until_at === null ? null : Math.max(0, preview.until_at - now);
}

/** 100 when the count begins, 0 when it is over. */
export function percentLeft(left: number | null, whole: number): number {
  if (left === null || whole <= 0) return 0;
  return Math.min(100, Math.round((100 * left) / whole));
}

/** What share is left of the time, from when this page first showed the lead. */
export function useSpan(
  preview: () => Preview,
  left: Readonly<Ref<number | null>>,
): ComputedRef<number> {
  const whole = ref(0);
  watch(
    () => preview().contact,
    () => {
      whole.value = left.value ?? 0;
    },
    { immediate: true },
  );
  return computed(() => percentLeft(left.value, whole.value));
}
