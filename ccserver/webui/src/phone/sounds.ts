// What the phone lets the agent hear beside the talk: the bell, the zip tone, a test. Made here:
// no file has to come over the network when it should ring.

import { sendTo } from "./devices.ts";

type Context = AudioContext & { setSinkId?(id: string): Promise<void> };

let context: Context | null = null;
let ringing: number | undefined;

function ready(): Context {
  context ??= new AudioContext() as Context;
  return context;
}

/** Browsers are silent until the person has touched the page once. */
export function wakeSounds(): void {
  const wake = () => {
    if (context?.state === "suspended") void context.resume();
    else ready();
  };
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, wake);
}

/** `hertz` together for `seconds`, from `after` seconds on. */
function tone(on: AudioContext, hertz: readonly number[], after: number, seconds: number): void {
  const gain = on.createGain();
  const at = on.currentTime + after;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.15, at + 0.02);
  gain.gain.setValueAtTime(0.15, at + seconds - 0.02);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  gain.connect(on.destination);
  for (const one of hertz) {
    const source = on.createOscillator();
    source.frequency.value = one;
    source.connect(gain);
    source.start(at);
    source.stop(at + seconds);
  }
}

async function played(use: "bell" | "speaker"): Promise<AudioContext> {
  const on = ready();
  if (on.state === "suspended") void on.resume();
  await sendTo(on, use);
  return on;
}

const RING_EVERY_MS = 3000;

export function ring(): void {
  if (ringing !== undefined) return;
  const once = () => {
    void played("bell").then((on) => {
      if (ringing === undefined) return;
      tone(on, [440, 480], 0, 0.4);
      tone(on, [440, 480], 0.6, 0.4);
    });
  };
  ringing = window.setInterval(once, RING_EVERY_MS);
  once();
}

export function stopRing(): void {
  window.clearInterval(ringing);
  ringing = undefined;
}

const ZIP_SECONDS = 0.3;

/** Says in the agent's ear that a caller is there now. Done when it has sounded. */
export async function zip(): Promise<void> {
  const on = await played("speaker");
  tone(on, [1004], 0, ZIP_SECONDS);
  await new Promise((done) => window.setTimeout(done, ZIP_SECONDS * 1000));
}

export async function testTone(use: "bell" | "speaker"): Promise<void> {
  const on = await played(use);
  for (const [i, hertz] of [523, 659, 784].entries()) tone(on, [hertz], i * 0.3, 0.3);
}

/** Tells `level` (0 to 1) of a microphone many times a second, until the returned is called. */
export function meter(stream: MediaStream, level: (is: number) => void): () => void {
  const on = ready();
  if (on.state === "suspended") void on.resume();
  const source = on.createMediaStreamSource(stream);
  const analyser = on.createAnalyser();
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = window.setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
    // -60 dB is silence, 0 dB is as loud as it goes.
    level(Math.min(1, Math.max(0, 1 + Math.log10(power + 1e-9) / 6)));
  }, 80);
  return () => {
    window.clearInterval(timer);
    source.disconnect();
  };
}
