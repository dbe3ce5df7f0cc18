// The caller's card is told to the server as shown, and the person is called to the page.

import { nextTick, readonly, ref, watch } from "vue";
import { tell, useLive } from "../live.ts";
import { i18n } from "../words/index.ts";

const { state, isReachable } = useLive();
/** The contact whose card is in the page. */
const drawn = ref<string | null>(null);
const permission = ref<NotificationPermission | "none">(
  "Notification" in window ? Notification.permission : "none",
);
let acknowledged = "";

/** The card's own element says that it is there: once per contact, also in a hidden tab. */
export async function cardDrawn(contact: string): Promise<void> {
  await nextTick();
  drawn.value = contact;
  acknowledge();
}

/** What is said into a lost connection is not heard: it waits for the next. */
function acknowledge(): void {
  const contact = drawn.value;
  if (contact === null || contact === acknowledged || !isReachable.value) return;
  acknowledged = contact;
  tell({ type: "ack_pop", contact });
}

export function useNotifying() {
  return {
    permission: readonly(permission),
    async askForIt(): Promise<void> {
      permission.value = await Notification.requestPermission();
    },
  };
}

const BLINK_MS = 1000;
let blinking: number | undefined;
let shown: Notification | null = null;

function calm(): void {
  window.clearInterval(blinking);
  blinking = undefined;
  shown?.close();
  shown = null;
}

function call(who: string): void {
  if (!document.hidden) return;
  calm();
  let isOn = true;
  blinking = window.setInterval(() => {
    document.title = isOn ? `● ● ● ${who}` : `☎ ${who}`;
    isOn = !isOn;
  }, BLINK_MS);
  if (permission.value !== "granted") return;
  shown = new Notification(i18n.global.t("desk.incoming"), { body: who, tag: "ccserver.call" });
  shown.onclick = () => {
    window.focus();
    calm();
  };
}

/** Watches for callers as long as the head of the page is there. */
export function followPops(): void {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) calm();
  });
  watch(isReachable, acknowledge);
  watch(
    () => state.value.card?.contact,
    (contact, before) => {
      if (contact === before) return;
      const { card } = state.value;
      if (card === null) calm();
      else call(card.name || card.number || i18n.global.t("unknownCaller"));
    },
  );
}
