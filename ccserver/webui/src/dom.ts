// What a plain page needs: make an element with a class and children, and a running clock.

export type Child = Node | string | null;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child): child is Node | string => child !== null));
  return made;
}

export function button(label: string, className: string, press: () => void): HTMLButtonElement {
  const made = el("button", className, label);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** Shows how long ago an instant of the server's clock was; `tickClocks` keeps it going. */
export function ago(at: number): HTMLElement {
  const made = el("span", "clock");
  made.dataset.since = String(at);
  return made;
}
