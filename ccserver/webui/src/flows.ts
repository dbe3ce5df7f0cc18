// A flow as a picture with its callers of a day; beneath it where most hang up, and its versions.

import { type Api, Problem, path } from "./api.ts";
import { button, el, row, select, setOptions, statusLine, table } from "./dom.ts";
import { byCount, leavers, today } from "./flow_figures.ts";
import type { Me } from "./messages.ts";
import { releaseView } from "./releases.ts";
import type { Flow, FlowFigures, FlowPage, Version } from "./rows.ts";
import { clock, type Language, percent, say, sayFailure, sayName } from "./words.ts";

const LEAVERS_MAX = 10;

export interface FlowView {
  readonly element: HTMLElement;
  /** Ask the server anew. */
  load(): void;
}

export function flowView(language: Language, me: Me, api: Api): FlowView {
  /** Counts the questions: an answer to an old one is not shown. */
  let turn = 0;
  /** The picture that is shown belongs to it. */
  let shownFlow = "";

  const flow = select(say(language, "flow"), []);
  const version = select(say(language, "version"), []);
  const day = el("input", "");
  day.type = "date";
  day.required = true;
  const note = statusLine("refusal");
  const figures = el("div", "tiles");
  const picture = el("div", "picture");
  picture.tabIndex = 0;
  picture.setAttribute("role", "region");
  picture.setAttribute("aria-label", say(language, "picture"));
  const fit = button(say(language, "fitWidth"), "small", () => {
    const is = picture.classList.toggle("fit");
    fit.setAttribute("aria-pressed", String(is));
  });
  fit.setAttribute("aria-pressed", "false");
  const steps = el("div", "scroll");
  const releases = releaseView(language, me, api, () => void loadFlow());
  const found = el("div", "", figures, fit, picture, steps, releases.element);
  found.hidden = true;
  const labelled = (label: string, input: HTMLElement) =>
    el("label", "field", el("span", "", label), input);
  const element = el(
    "section",
    "floor",
    el(
      "div",
      "actions",
      labelled(say(language, "flow"), flow),
      labelled(say(language, "day"), day),
      labelled(say(language, "version"), version),
      button(say(language, "look"), "", () => void loadAll()),
    ),
    note,
    found,
  );
  flow.addEventListener("change", () => void loadFlow());
  version.addEventListener("change", () => void loadDay(++turn));
  day.addEventListener("change", () => void loadDay(++turn));

  async function loadAll(): Promise<void> {
    const mine = ++turn;
    const all = await api.json<readonly Flow[]>(path("flows"));
    if (mine !== turn) return;
    if (all instanceof Problem) return fail(all);
    setOptions(
      flow,
      all.map((one) => [one.flow, sayName(language, "flow", one.flow)]),
    );
    if (all.length > 0) return loadFlow();
    found.hidden = true;
    note.textContent = say(language, "noFlows");
  }

  /** What callers get of the flow, its versions, and then its day. */
  async function loadFlow(): Promise<void> {
    const mine = ++turn;
    const name = flow.value;
    const [page, versions] = await Promise.all([
      api.tagged<FlowPage>(path("flows", name)),
      api.json<readonly Version[]>(path("flows", name, "versions")),
    ]);
    if (mine !== turn) return;
    if (page instanceof Problem) return fail(page);
    if (versions instanceof Problem) return fail(versions);
    // The server counts days where the flow answers the phone.
    if (!day.value) day.value = today(page.value.zone, Date.now());
    const isOther = name !== shownFlow;
    setOptions(
      version,
      versions.map((one) => [String(one.version), named(page.value, one.version)]),
    );
    if (isOther) version.value = String(page.value.version);
    shownFlow = name;
    releases.fill(page.value, page.tag, versions);
    await loadDay(mine);
  }

  function named(page: Flow, n: number): string {
    if (n === page.version) return `${n} · ${say(language, "forAll")}`;
    if (n !== page.canary_version) return String(n);
    return `${n} · ${say(language, "canary")} ${percent(page.canary_share)}`;
  }

  async function loadDay(mine: number): Promise<void> {
    if (!day.value || !version.value) return;
    note.textContent = say(language, "moment");
    const wanted = `?${new URLSearchParams({ day: day.value, version: version.value })}`;
    const [counted, drawn] = await Promise.all([
      api.json<FlowFigures>(path("flows", flow.value, "figures") + wanted),
      api.file(path("flows", flow.value, "drawing.svg") + wanted, "image/svg+xml"),
    ]);
    if (mine !== turn) {
      if (!(drawn instanceof Problem)) URL.revokeObjectURL(drawn);
      return;
    }
    note.textContent = "";
    found.hidden = false;
    if (counted instanceof Problem) fail(counted);
    else show(counted);
    picture.replaceChildren();
    if (drawn instanceof Problem) fail(drawn);
    else picture.append(image(drawn));
    picture.hidden = fit.hidden = drawn instanceof Problem;
  }

  /** As an image an SVG runs no script and loads nothing; as a part of the page it could. */
  function image(url: string): HTMLElement {
    const made = el("img", "");
    made.alt = `${say(language, "picture")}: ${flow.value}, ${version.value}, ${day.value}`;
    made.addEventListener("load", () => URL.revokeObjectURL(url));
    made.addEventListener("error", () => URL.revokeObjectURL(url));
    made.src = url;
    return made;
  }

  function show(counted: FlowFigures): void {
    const tile = (label: string, text: string, small = "") =>
      el("div", "tile", el("span", "", label), el("strong", "", text), el("small", "", small));
    figures.replaceChildren(
      tile(say(language, "walks"), String(counted.walks)),
      tile(say(language, "meanTime"), clock(counted.mean_ms)),
      ...byCount(counted.ended).map(([how, n]) =>
        tile(sayName(language, "ended", how), String(n), percent(n / counted.walks)),
      ),
    );
    const worst = leavers(counted.steps).slice(0, LEAVERS_MAX);
    const heads = ["step", "entered", "leftHere", "share"] as const;
    steps.replaceChildren(
      el("h3", "", say(language, "leavers")),
      worst.length === 0
        ? el("p", "hint", say(language, "noLeavers"))
        : table(
            heads.map((head) => say(language, head)),
            worst.map((one) =>
              row(one.step, String(one.entered), String(one.left_here), percent(one.share)),
            ),
          ),
    );
  }

  function fail(problem: Problem): void {
    note.textContent = sayFailure(language, problem);
  }

  return { element, load: () => void loadAll() };
}
