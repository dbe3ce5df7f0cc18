// Light or dark: as the computer has it, unless the person chose.

import { ref } from "vue";

export type Theme = "auto" | "light" | "dark";

const KEY = "ccserver.theme";
const wish = window.matchMedia("(prefers-color-scheme: dark)");

function first(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export const theme = ref<Theme>(first());

function show(): void {
  const isDark = theme.value === "dark" || (theme.value === "auto" && wish.matches);
  document.documentElement.classList.toggle("dark", isDark);
}

export function followTheme(): void {
  wish.addEventListener("change", show);
  show();
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(KEY, chosen);
  show();
}
