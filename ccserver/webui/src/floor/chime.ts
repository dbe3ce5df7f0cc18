// The sound of a new alert, and whether the person wants it.

import { ref } from "vue";

const KEY = "ccserver.alerts.muted";
export const isMuted = ref(localStorage.getItem(KEY) === "yes");
let context: AudioContext | null = null;

export function mute(is: boolean): void {
  isMuted.value = is;
  localStorage.setItem(KEY, is ? "yes" : "no");
  if (!is) chime();
}

/** Two falling tones. Silent until the person has pressed something: browsers ask for that. */
export function chime(): void {
  if (isMuted.value || !navigator.userActivation.hasBeenActive) return;
  context ??= new AudioContext();
  void context.resume();
  const gain = new GainNode(context, { gain: 0.15 });
  gain.connect(context.destination);
  [880, 660].forEach((frequency, place) => {
    const tone = new OscillatorNode(context as AudioContext, { frequency });
    const from = (context as AudioContext).currentTime + place * 0.25;
    tone.connect(gain);
    tone.start(from);
    tone.stop(from + 0.2);
  });
}
