// In whose time days are counted: the site's, or this computer's where the site has not said.

import { onMounted, ref } from "vue";
import { Problem } from "../api.ts";
import { api } from "../live.ts";

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function useZone() {
  const zone = ref(here);
  /** True once the site has answered, or could not. */
  const isKnown = ref(false);
  onMounted(async () => {
    const desk = await api.json<{ zone: string }>("/api/desk");
    if (!(desk instanceof Problem) && desk.zone) zone.value = desk.zone;
    isKnown.value = true;
  });
  return { zone, isKnown };
}
