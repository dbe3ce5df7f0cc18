// What the site has set up for desks: pause reasons, dispositions, queues with their scripts.

import { computed, shallowReadonly, shallowRef } from "vue";
import { Problem } from "../api.ts";
import { api, listen } from "../live.ts";
import type { DeskCampaign, DeskQueue, DeskSettings, Disposition } from "./rows.ts";

const settings = shallowRef<DeskSettings | null>(null);

/** A site that cannot be asked now still lets its agents pause. */
const PAUSE_REASONS = ["break", "lunch", "meeting", "training", "paperwork"].map((name) => ({
  name,
  title: "",
}));

async function load(): Promise<void> {
  const found = await api.json<DeskSettings>("/api/desk");
  if (!(found instanceof Problem)) settings.value = found;
}

// What an administrator has changed meanwhile is told by no message.
listen((message) => {
  if (message.type === "snapshot") void load();
});

export function useDesk() {
  const queue = (name: string | null | undefined): DeskQueue | null =>
    settings.value?.queues.find((one) => one.name === name) ?? null;
  const campaign = (name: string | null | undefined): DeskCampaign | null =>
    settings.value?.campaigns.find((one) => one.name === name) ?? null;
  return {
    desk: shallowReadonly(settings),
    pauseReasons: computed(() => settings.value?.pause_reasons ?? PAUSE_REASONS),
    queue,
    campaign,
    campaignTitle: (name: string): string => campaign(name)?.title || name,
    queueTitle: (name: string | null | undefined): string => queue(name)?.title ?? "",
    /** Those that fit a talk of this queue. */
    dispositions: (name: string | null): readonly Disposition[] =>
      (settings.value?.dispositions ?? []).filter(
        ({ queues }) => queues.length === 0 || (name !== null && queues.includes(name)),
      ),
  };
}
