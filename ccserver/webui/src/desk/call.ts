// What the agent can do with the own call, whether by button, key or headset.

import { computed } from "vue";
import { useLive } from "../live.ts";
import { usePhone } from "../phone/phone.ts";
import { buttons, ownCall } from "../store.ts";

const { state, mine, isReachable, ask } = useLive();
const phone = usePhone();
const call = computed(() => ownCall(state.value));
const can = computed(() => buttons(state.value));
/** A server that is away can hold nobody; the own phone still hangs up. */
const canHangUp = computed(
  () => (can.value.hangUp && isReachable.value) || phone.call.value !== null,
);
const canAnswer = computed(() => phone.call.value?.state === "ringing");
const canMute = computed(() => phone.call.value?.state === "talking");

function hangUp(): void {
  if (phone.call.value?.state !== "ringing" && can.value.hangUp && isReachable.value) {
    ask({ type: "hang_up" });
  } else {
    phone.hangUp();
  }
}

function toggleHold(): void {
  if (can.value.hold) ask({ type: "hold" });
  else if (can.value.resume) ask({ type: "resume" });
}

function toggleMute(): void {
  if (canMute.value) phone.mute(!(phone.call.value?.isMuted ?? false));
}

function dial(number: string, customer = ""): void {
  ask({ type: "dial", number, customer });
}

export function useCall() {
  return {
    call,
    can,
    canAnswer,
    canHangUp,
    canMute,
    phone,
    mine,
    answer: () => void phone.answer(),
    hangUp,
    toggleHold,
    toggleMute,
    dial,
  };
}
