// Microphone, loudspeaker and bell: which there are, which were chosen, and what is wrong.

import { reactive, readonly, shallowRef } from "vue";
import { faultOf, type MicrophoneFault } from "./fault.ts";

export type DeviceUse = "microphone" | "speaker" | "bell";

const KEY = "ccserver.devices";

/** Device ids by use; empty: the computer's usual one. */
const chosen = reactive<Record<DeviceUse, string>>({
  microphone: "",
  speaker: "",
  bell: "",
  ...kept(),
});
const all = shallowRef<readonly MediaDeviceInfo[]>([]);

function kept(): Partial<Record<DeviceUse, string>> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Record<DeviceUse, string>>;
  } catch {
    return {};
  }
}

export function choose(use: DeviceUse, id: string): void {
  chosen[use] = id;
  localStorage.setItem(KEY, JSON.stringify(chosen));
}

async function look(): Promise<void> {
  all.value = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
}

/** Be told when a headset is plugged in or out. */
export function onDevices(changed: () => void): void {
  navigator.mediaDevices?.addEventListener("devicechange", () => {
    void look().then(changed);
  });
}

export function useDevices() {
  const of = (kind: MediaDeviceKind) =>
    // Chrome lists the usual one twice, under names of its own.
    all.value.filter((one) => one.kind === kind && one.deviceId && one.deviceId !== "default");
  return {
    chosen: readonly(chosen),
    choose,
    look,
    microphones: () => of("audioinput"),
    speakers: () => of("audiooutput"),
  };
}

/** The sound of the chosen microphone, or what is wrong. A chosen one that is gone is replaced by
 * the usual one: a talk goes before a wish. */
export async function openMicrophone(): Promise<MediaStream | MicrophoneFault> {
  if (navigator.mediaDevices === undefined) return "insecure";
  const audio: MediaTrackConstraints = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
  };
  if (chosen.microphone) audio.deviceId = { ideal: chosen.microphone };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    // Devices have names only once one of them was allowed.
    void look();
    return stream;
  } catch (error) {
    return faultOf(error);
  }
}

export function close(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

type Sink = { setSinkId?(id: string): Promise<void> };

/** Let an element, or a context, sound on a chosen device, where the browser lets one choose. */
export async function sendTo(sounding: Sink, use: DeviceUse): Promise<void> {
  try {
    await sounding.setSinkId?.(chosen[use]);
  } catch {
    // The device is gone: the computer's usual one sounds.
  }
}
