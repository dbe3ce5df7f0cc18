// How the floor's rows say what the site has named, without handing titles through every table.

import { type InjectionKey, inject, provide, type Ref } from "vue";
import { useWords } from "../words/index.ts";
import type { Site } from "./site.ts";

const SITE: InjectionKey<Readonly<Ref<Site>>> = Symbol("site");

export function provideSite(site: Readonly<Ref<Site>>): void {
  provide(SITE, site);
}

export function useNames(given?: Readonly<Ref<Site>>) {
  const site = given ?? inject(SITE);
  const { sayName } = useWords();
  if (site === undefined) throw new Error("no site was provided");
  return {
    queueName: (name: string) => sayName("queue", name, site.value.queues[name]?.title),
    teamName: (name: string) => site.value.teams[name] || name,
    skillName: (name: string) => site.value.skills[name] || name,
    reasonName: (name: string) => sayName("reason", name, site.value.pause_reasons[name]),
  };
}
