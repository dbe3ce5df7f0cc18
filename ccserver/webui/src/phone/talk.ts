// The call that is on the browser's phone: rings, is answered, heard, measured, and ends.

import type { IceCandidateEvent, PeerConnectionEvent, RTCSession } from "jssip/lib/RTCSession";
import { readonly, ref, shallowReadonly, shallowRef } from "vue";
import { path } from "../api.ts";
import { api, useLive } from "../live.ts";
import { close, openMicrophone, sendTo } from "./devices.ts";
import type { MicrophoneFault } from "./fault.ts";
import {
  NO_TOTALS,
  type Quality,
  qualityOf,
  readingOf,
  reportOf,
  type StatsRow,
  type Totals,
  withReading,
} from "./quality.ts";
import { ring, stopRing, zip } from "./sounds.ts";

export interface PhoneCall {
  /** null: the switch did not say whose call it is, as when a supervisor joins a talk. */
  readonly contact: string | null;
  readonly state: "ringing" | "answering" | "talking";
  readonly isMuted: boolean;
}

/** How a call that comes in is answered: by the agent, after a tone by itself, or at once. */
export type Answering = "by_hand" | "after_tone" | "at_once";

const { now } = useLive();
const call = shallowRef<PhoneCall | null>(null);
const quality = shallowRef<Quality | null>(null);
/** What is wrong with the microphone in this talk. */
const fault = ref<MicrophoneFault | null>(null);
/** The contact whose talk this page had before it was loaded anew, or a tab that is closed. */
const lost = ref<string | null>(sessionStorage.getItem("ccserver.talk"));

let session: RTCSession | null = null;
let iceServers: RTCIceServer[] = [];
let microphone: MediaStream | null = null;
let measuring: number | undefined;
let totals: Totals = NO_TOTALS;
let startedAt = 0;

const heard = new Audio();
heard.autoplay = true;

export function useTalk() {
  return {
    call: shallowReadonly(call),
    quality: shallowReadonly(quality),
    fault: readonly(fault),
    lost: readonly(lost),
    answer,
    hangUp,
    mute,
    press,
  };
}

function keepTalk(contact: string | null): void {
  if (contact === null) sessionStorage.removeItem("ccserver.talk");
  else sessionStorage.setItem("ccserver.talk", contact);
  lost.value = null;
}

/** The sound of this talk was on another page, which is gone. */
export function lose(contact: string): void {
  keepTalk(contact);
  lost.value = contact;
}

/** The talk from before the reload is over, or was another's. */
export function forgetLost(): void {
  if (lost.value !== null) keepTalk(null);
}

export function isBusy(): boolean {
  return session !== null;
}

/** It rings. A second call while there is one is told so, unless it is the same talk again. */
export function invited(
  offered: RTCSession,
  contact: string | null,
  answering: Answering,
  servers: RTCIceServer[],
): void {
  if (session !== null) {
    if (contact === null || contact !== call.value?.contact) {
      offered.terminate({ status_code: 486 });
      return;
    }
    const old = session;
    over(old);
    old.terminate();
  }
  session = offered;
  iceServers = servers;
  totals = NO_TOTALS;
  fault.value = null;
  call.value = { contact, state: "ringing", isMuted: false };
  follow(offered);
  if (answering === "by_hand") ring();
  else if (answering === "at_once") void answer();
  else void zip().then(answer);
}

function follow(offered: RTCSession): void {
  let late: number | undefined;
  offered.on("icecandidate", ({ ready }: IceCandidateEvent) => {
    // A server for addresses that does not answer must not hold up the call.
    window.clearTimeout(late);
    late = window.setTimeout(ready, 400);
  });
  offered.on("peerconnection", ({ peerconnection }: PeerConnectionEvent) => {
    peerconnection.addEventListener("track", ({ streams, track }) => {
      heard.srcObject = streams[0] ?? new MediaStream([track]);
      void sendTo(heard, "speaker");
      void heard.play().catch(() => undefined);
    });
  });
  offered.on("confirmed", () => {
    if (session !== offered || call.value === null) return;
    call.value = { ...call.value, state: "talking" };
    startedAt = now.value;
    keepTalk(call.value.contact);
    measuring = window.setInterval(() => void measure(offered), 2000);
  });
  offered.on("ended", () => over(offered));
  offered.on("failed", () => over(offered));
  // JsSIP hangs up when the path of the sound fails. A network that is gone for some seconds would
  // end the talk: it is looked for anew instead, and Asterisk ends what stays silent.
  const terminate = offered.terminate.bind(offered);
  offered.terminate = (options) => {
    if (options?.cause !== "RTP Timeout") terminate(options);
  };
}

function over(ended: RTCSession): void {
  if (session !== ended) return;
  const contact = call.value?.contact ?? null;
  const report = reportOf(totals, startedAt, now.value);
  if (contact !== null && report !== null) {
    void api.json(path("contacts", contact, "quality"), { method: "POST", body: report });
  }
  window.clearInterval(measuring);
  stopRing();
  session = null;
  call.value = null;
  quality.value = null;
  keepTalk(null);
  heard.srcObject = null;
  if (microphone !== null) close(microphone);
  microphone = null;
}

async function answer(): Promise<void> {
  const offered = session;
  if (offered === null || call.value?.state !== "ringing") return;
  stopRing();
  call.value = { ...call.value, state: "answering" };
  const opened = await openMicrophone();
  const isStream = typeof opened !== "string";
  if (session !== offered) {
    if (isStream) close(opened);
    return;
  }
  fault.value = isStream ? null : opened;
  if (!isStream) {
    call.value = { ...call.value, state: "ringing" };
    return;
  }
  microphone = opened;
  watchMicrophone(offered, opened);
  offered.answer({ mediaStream: opened, pcConfig: { iceServers } });
}

/** A headset that is pulled out ends its track: go on with what is there. */
function watchMicrophone(during: RTCSession, stream: MediaStream): void {
  stream.getAudioTracks()[0]?.addEventListener("ended", async () => {
    if (session !== during) return;
    const opened = await openMicrophone();
    if (typeof opened === "string") {
      fault.value = opened;
      return;
    }
    fault.value = null;
    const track = opened.getAudioTracks()[0];
    const sender = during.connection.getSenders().find((one) => one.track?.kind === "audio");
    if (track === undefined || sender === undefined) return;
    track.enabled = !(call.value?.isMuted ?? false);
    await sender.replaceTrack(track);
    microphone = opened;
    watchMicrophone(during, opened);
  });
}

function hangUp(): void {
  session?.terminate(call.value?.state === "talking" ? {} : { status_code: 486 });
}

function mute(is: boolean): void {
  if (session === null || call.value === null) return;
  if (is) session.mute({ audio: true });
  else session.unmute({ audio: true });
  call.value = { ...call.value, isMuted: is };
}

/** A key of the keypad, as RFC 4733 tells it in the sound. */
function press(key: string): void {
  const sender = session?.connection?.getSenders().find((one) => one.dtmf !== null);
  sender?.dtmf?.insertDTMF(key, 160, 70);
}

async function measure(during: RTCSession): Promise<void> {
  const rows = await during.connection.getStats();
  if (session !== during) return;
  const reading = readingOf(rows.values() as Iterable<StatsRow>);
  if (reading === null) return;
  quality.value = qualityOf(totals.last, reading);
  totals = withReading(totals, reading);
}

/** The network is there again, perhaps another one: find the way of the sound anew. Also where the
 * sound goes on: Asterisk would send the end of the talk into the old connection. */
export function findWay(): void {
  const state = session?.connection?.iceConnectionState;
  if (state === undefined || !session?.isEstablished()) return;
  const isCut = state === "disconnected" || state === "failed";
  session.renegotiate(isCut ? { rtcOfferConstraints: { iceRestart: true } } : {});
}

/** The loudspeaker was chosen anew. */
export function soundAnew(): void {
  void sendTo(heard, "speaker");
}
