// Views of which one is shown. Keyboard as in the ARIA Authoring Practices: arrows, Home, End.

import { button, el } from "./dom.ts";

export interface Tab {
  readonly key: string;
  readonly label: string;
  readonly panel: HTMLElement;
  /** Called when the person comes to it. */
  readonly shown?: () => void;
}

export interface Tabs {
  readonly list: HTMLElement;
  choose(key: string): void;
  /** How much waits there; 0 shows nothing. */
  count(key: string, n: number): void;
}

export function tabs(label: string, all: readonly Tab[]): Tabs {
  const list = el("div", "tabs");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", label);
  const heads = all.map((tab) => {
    const head = button(tab.label, "", () => choose(tab.key));
    head.id = `tab-${tab.key}`;
    head.setAttribute("role", "tab");
    head.setAttribute("aria-controls", `panel-${tab.key}`);
    tab.panel.id = `panel-${tab.key}`;
    tab.panel.setAttribute("role", "tabpanel");
    tab.panel.setAttribute("aria-labelledby", head.id);
    return head;
  });
  list.append(...heads);

  function choose(key: string): void {
    all.forEach((tab, i) => {
      const is = tab.key === key;
      const isNew = is && tab.panel.hidden;
      tab.panel.hidden = !is;
      heads[i]?.setAttribute("aria-selected", String(is));
      heads[i]?.setAttribute("tabindex", is ? "0" : "-1");
      if (isNew) tab.shown?.();
    });
  }

  list.addEventListener("keydown", (event) => {
    const to = moved(event.key, heads.indexOf(event.target as HTMLButtonElement), heads.length);
    const [tab, head] = [all[to], heads[to]];
    if (tab === undefined || head === undefined) return;
    event.preventDefault();
    choose(tab.key);
    head.focus();
  });

  for (const tab of all) tab.panel.hidden = tab !== all[0];
  choose(all[0]?.key ?? "");
  return {
    list,
    choose,
    count(key, n) {
      all.forEach((tab, i) => {
        if (tab.key === key) {
          heads[i]?.replaceChildren(tab.label, n ? el("span", "count", String(n)) : "");
        }
      });
    },
  };
}

/** To which of `n` tabs a key leads from `at`; -1: it is none of ours. */
export function moved(key: string, at: number, n: number): number {
  if (at < 0) return -1;
  if (key === "ArrowRight") return (at + 1) % n;
  if (key === "ArrowLeft") return (at + n - 1) % n;
  if (key === "Home") return 0;
  if (key === "End") return n - 1;
  return -1;
}
