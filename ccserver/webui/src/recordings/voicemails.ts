// The messages of callers that nobody has finished: asked for every half minute, for the menu's
// count and for their page.

import { onBeforeUnmount, onMounted } from "vue";
import { Problem, path } from "../api.ts";
import { api, change, useLive } from "../live.ts";
import type { Voicemail } from "../rows.ts";

/** As many as the server sends at once. */
export const ROWS_MAX = 100;
const LOOK_EVERY_MS = 30_000;

export async function loadVoicemails(): Promise<Problem | null> {
  const { me } = useLive();
  const asked = me.value?.id;
  const voicemails = await api.json<readonly Voicemail[]>(path("voicemails"));
  // While the server is away the banner says so; what was known stays.
  if (voicemails instanceof Problem) return voicemails;
  // Meanwhile another may have logged in.
  if (me.value?.id !== asked) return null;
  change((state) => ({ ...state, voicemails }));
  return null;
}

/** Keeps the messages fresh as long as the shell stands. What fails is tried again. */
export function followVoicemails(): void {
  let timer: number | undefined;
  const look = () => {
    if (!document.hidden) void loadVoicemails();
  };
  onMounted(() => {
    look();
    timer = window.setInterval(look, LOOK_EVERY_MS);
    document.addEventListener("visibilitychange", look);
  });
  onBeforeUnmount(() => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  });
}
