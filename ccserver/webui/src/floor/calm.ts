// The live state at the pace of a screen: many frames are drawn as one.

import { onScopeDispose, type Ref, shallowRef, watch } from "vue";

/** Follows `source` at once, then at most each `pace_ms`. Nothing is left out at the end. */
export function useCalm<T>(source: Readonly<Ref<T>>, paceMs = 100): Readonly<Ref<T>> {
  const calm = shallowRef(source.value) as Ref<T>;
  let timer: number | undefined;
  watch(
    source,
    (value) => {
      if (timer !== undefined) return;
      calm.value = value;
      timer = window.setTimeout(() => {
        timer = undefined;
        calm.value = source.value;
      }, paceMs);
    },
    { flush: "sync" },
  );
  onScopeDispose(() => window.clearTimeout(timer));
  return calm;
}
