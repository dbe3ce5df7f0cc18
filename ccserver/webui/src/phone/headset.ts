// The buttons of headsets: over the browser's media session, and over WebHID where it was allowed.

import { onBeforeUnmount, watch } from "vue";
import { type Hook, hookOf, type Item, OUTPUTS, reportFor } from "./hid.ts";
import { useTalk } from "./talk.ts";

/** What is used of WebHID, which TypeScript's own list does not have. */
interface Device extends EventTarget {
  readonly opened: boolean;
  readonly collections: readonly {
    readonly usagePage: number;
    readonly inputReports: readonly { reportId: number; items: readonly Item[] }[];
    readonly outputReports: readonly { reportId: number; items: readonly Item[] }[];
  }[];
  open(): Promise<void>;
  sendReport(id: number, data: BufferSource): Promise<void>;
}
interface Hid extends EventTarget {
  getDevices(): Promise<Device[]>;
  requestDevice(options: { filters: { usagePage: number }[] }): Promise<Device[]>;
}

const TELEPHONY = 0x0b;
const hid = (navigator as Navigator & { hid?: Hid }).hid;
const talk = useTalk();
let devices: Device[] = [];

export const canChooseHeadset = hid !== undefined;

export async function chooseHeadset(): Promise<void> {
  await hid?.requestDevice({ filters: [{ usagePage: TELEPHONY }] });
  await openAll();
}

function mute(): void {
  talk.mute(!(talk.call.value?.isMuted ?? false));
}

/** One button: answers what rings, ends what talks. */
function hook(): void {
  if (talk.call.value?.state === "ringing") void talk.answer();
  else talk.hangUp();
}

async function openAll(): Promise<void> {
  devices = (await hid?.getDevices()) ?? [];
  for (const device of devices) {
    if (device.opened) continue;
    await device.open();
    let before: Hook = { isOff: false, isMute: false };
    device.addEventListener("inputreport", (event) => {
      const { reportId, data } = event as Event & { reportId: number; data: DataView };
      const report = device.collections
        .flatMap((one) => one.inputReports)
        .find((one) => one.reportId === reportId);
      const now = report === undefined ? null : hookOf(report.items, data, before);
      if (now === null) return;
      if (now.isMute && !before.isMute) mute();
      if (now.isOff !== before.isOff) hookMoved(now.isOff);
      before = now;
    });
  }
}

function hookMoved(isOff: boolean): void {
  if (isOff && talk.call.value?.state === "ringing") void talk.answer();
  if (!isOff && talk.call.value?.state === "talking") talk.hangUp();
}

/** Lets the headset know what the phone does: it rings, or blinks, itself. */
async function show(): Promise<void> {
  const call = talk.call.value;
  const is = {
    [OUTPUTS.ring]: call?.state === "ringing",
    [OUTPUTS.offHook]: call !== null && call.state !== "ringing",
    [OUTPUTS.mute]: call?.isMuted ?? false,
  };
  for (const device of devices) {
    for (const { reportId, items } of device.collections.flatMap((one) => one.outputReports)) {
      const data = reportFor(items, is);
      if (data !== null && device.opened) await device.sendReport(reportId, data);
    }
  }
}

const ACTIONS = { hangup: hook, togglemicrophone: mute, play: hook, pause: mute, stop: hook };

/** As long as the head of the page is there. */
export function followHeadset(): void {
  const session = navigator.mediaSession;
  const set = (name: string, does: (() => void) | null) => {
    try {
      session?.setActionHandler(name as MediaSessionAction, does);
    } catch {
      // This browser does not know the action.
    }
  };
  watch(
    () => talk.call.value?.state,
    (is) => {
      for (const [name, does] of Object.entries(ACTIONS)) set(name, is === undefined ? null : does);
      if (session) session.playbackState = is === undefined ? "none" : "playing";
    },
  );
  watch(talk.call, () => void show());
  const plugged = () => void openAll();
  hid?.addEventListener("connect", plugged);
  onBeforeUnmount(() => hid?.removeEventListener("connect", plugged));
  if (hid !== undefined) void openAll();
}
