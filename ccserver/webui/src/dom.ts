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

/** A list of which one is chosen: [value, what is shown]. */
export function select(label: string, options: readonly (readonly [string, string])[]) {
  const made = el("select", "");
  made.setAttribute("aria-label", label);
  setOptions(made, options);
  return made;
}

/** Fills it anew; what was chosen stays so while it is there. */
export function setOptions(
  made: HTMLSelectElement,
  options: readonly (readonly [string, string])[],
): void {
  const chosen = made.value;
  made.replaceChildren(
    ...options.map(([value, shown]) => {
      const option = el("option", "", shown);
      option.value = value;
      option.selected = value === chosen;
      return option;
    }),
  );
}

/** A line that is read aloud when its text changes. */
export function statusLine(className: string): HTMLElement {
  const made = el("p", className);
  made.setAttribute("role", "status");
  return made;
}

export function table(heads: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const headed = heads.map((head) => {
    const cell = el("th", "", head);
    cell.scope = "col";
    return cell;
  });
  return el("table", "", el("thead", "", el("tr", "", ...headed)), el("tbody", "", ...rows));
}

export function row(...cells: readonly (Node | string)[]): HTMLElement {
  return el("tr", "", ...cells.map((cell) => el("td", "", cell)));
}

/** Shows how long ago an instant of the server's clock was; `tickClocks` keeps it going. */
export function ago(at: number): HTMLElement {
  const made = el("span", "clock");
  made.dataset.since = String(at);
  return made;
}
