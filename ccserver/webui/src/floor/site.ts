// What is configured and seldom changes: titles, teams, skills, thresholds, who serves what.

import { onMounted, onUnmounted, ref, shallowRef } from "vue";
import { Problem } from "../api.ts";
import { api, listen } from "../live.ts";
import { type Colleague, type Colleagues, whoServes } from "./rows.ts";
import type { Threshold } from "./thresholds.ts";

interface QueueForm {
  readonly title: string;
  /** Skill -> the least level. */
  readonly required: Readonly<Record<string, number>>;
}

export interface AgentForm {
  readonly queues: readonly string[];
  readonly skills: Readonly<Record<string, number>>;
  readonly languages: readonly string[];
  readonly regions: readonly string[];
  readonly team: string | null;
}

export interface Site {
  /** Each a name -> as people read it. */
  readonly skills: Readonly<Record<string, string>>;
  readonly teams: Readonly<Record<string, string>>;
  readonly pause_reasons: Readonly<Record<string, string>>;
  readonly queues: Readonly<Record<string, QueueForm>>;
  readonly thresholds: Readonly<Record<string, Threshold>>;
  /** By log-in. */
  readonly agents: Readonly<Record<string, AgentForm>>;
}

const NOTHING: Site = {
  skills: {},
  teams: {},
  pause_reasons: {},
  queues: {},
  thresholds: {},
  agents: {},
};
const AGAIN_MS = 60_000;

/** Kept while a view is open; asked for again after each snapshot, and now and then. */
export function useSite() {
  const site = shallowRef<Site>(NOTHING);
  const colleagues = shallowRef<Colleagues>(new Map());
  const problem = ref<Problem | null>(null);
  let timer: number | undefined;
  let stop = () => {};

  async function load(): Promise<void> {
    const [known, people] = await Promise.all([
      api.json<{ config: Site }>("/api/config"),
      api.json<{ agents: Colleague[] }>("/api/colleagues"),
    ]);
    problem.value = known instanceof Problem ? known : people instanceof Problem ? people : null;
    if (!(known instanceof Problem)) site.value = known.config;
    const here = people instanceof Problem ? [] : people.agents;
    colleagues.value = whoServes(here, site.value.agents, site.value.queues);
  }

  onMounted(() => {
    void load();
    timer = window.setInterval(() => void load(), AGAIN_MS);
    stop = listen((message) => {
      if (message.type === "snapshot") void load();
    });
  });
  onUnmounted(() => {
    window.clearInterval(timer);
    stop();
  });
  return { site, colleagues, problem, load };
}
