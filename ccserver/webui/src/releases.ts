// Which version callers get: supervisors see it, administrators change it.

import { type Api, type Asked, Problem, path } from "./api.ts";
import { button, el, row, statusLine, table } from "./dom.ts";
import { beside, shareOf } from "./flow_figures.ts";
import type { Me } from "./messages.ts";
import type { Comparison, Flow, Share, Version } from "./rows.ts";
import { clock, type Language, percent, say, sayFailure, sayInstant, sayName } from "./words.ts";

export interface ReleaseView {
  readonly element: HTMLElement;
  fill(flow: Flow, tag: string, versions: readonly Version[]): void;
}

/** What an administrator is about to do. */
interface Act {
  readonly label: string;
  readonly path: string;
  readonly method: "POST" | "DELETE";
  /** What the server is told beside the reason and the share. */
  readonly body: Readonly<Record<string, number>>;
  /** 0 to 1; null: no share is asked for. */
  readonly share: number | null;
}

const FIRST_SHARE = 0.1;

/** `changed` is called when callers get something else, or may do so. */
export function releaseView(
  language: Language,
  me: Me,
  api: Api,
  changed: () => void,
): ReleaseView {
  let tag = "";
  let name = "";
  const isAdmin = me.role === "admin";
  const note = statusLine("hint");
  note.tabIndex = -1;
  const list = el("div", "scroll");
  const canary = el("div", "scroll");
  const form = el("div", "");
  const element = el("div", "", canary, list, form, note);

  // -- doing it

  /** Says what will happen and asks for the reason, where the calls go on beside it. */
  function ask(act: Act, from: HTMLElement): void {
    // What the person has seen. If it changes before he is done, the server says so.
    const seen = tag;
    const reason = el("input", "");
    reason.maxLength = 200;
    const share = el("input", "");
    share.inputMode = "decimal";
    share.required = true;
    share.value = act.share === null ? "" : String(Number((act.share * 100).toFixed(3)));
    const refusal = statusLine("refusal");
    const go = el("button", "primary", say(language, "doIt"));
    const close = (): void => {
      form.replaceChildren();
      if (from.isConnected) from.focus();
    };
    const asked = el(
      "form",
      "confirm",
      el("strong", "", `${name}: ${act.label}`),
      act.share === null ? null : el("label", "field", say(language, "percent"), share),
      el("label", "field", say(language, "why"), reason),
      el("div", "actions", go, button(say(language, "cancel"), "", close)),
      refusal,
    );
    asked.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    asked.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wanted = act.share === null ? null : shareOf(share.value);
      if (act.share !== null && wanted === null) {
        refusal.textContent = `${say(language, "percent")}: > 0, < 100`;
        share.focus();
        return;
      }
      go.disabled = true;
      const problem = await perform(act, seen, reason.value, wanted);
      go.disabled = problem?.status === 412;
      if (problem === null) {
        form.replaceChildren();
        note.textContent = say(language, "isDone");
        // The buttons are about to be others.
        note.focus();
        changed();
      } else {
        refusal.textContent = sayFailure(language, problem);
        // Somebody else was faster. What he did is shown, and this form is old.
        if (problem.status === 412) changed();
      }
    });
    note.textContent = "";
    form.replaceChildren(asked);
    (act.share === null ? reason : share).focus();
  }

  async function perform(
    act: Act,
    seen: string,
    reason: string,
    share: number | null,
  ): Promise<Problem | null> {
    const asked: Asked = { method: act.method, seen };
    const more = share === null ? {} : { share };
    const answer =
      act.method === "DELETE"
        ? await api.json(`${act.path}?${new URLSearchParams({ reason })}`, asked)
        : await api.json(act.path, { ...asked, body: { ...act.body, ...more, reason } });
    return answer instanceof Problem ? answer : null;
  }

  function actButton(act: Omit<Act, "path" | "method" | "body"> & Partial<Act>, shown: string) {
    const made = button(shown, "small", () =>
      ask({ path: "", method: "POST", body: {}, ...act }, made),
    );
    if (shown !== act.label) made.setAttribute("aria-label", act.label);
    return made;
  }

  // -- what there is

  function versionRow(flow: Flow, one: Version): HTMLElement {
    const n = one.version;
    const isAll = n === flow.version;
    const isCanary = n === flow.canary_version;
    const label = (word: "forAllAct" | "canaryAct") =>
      `${say(language, word)}: ${say(language, "version")} ${n}`;
    const acts = el("div", "buttons");
    if (isAdmin && !isAll && !isCanary) {
      acts.append(
        actButton(
          {
            label: label("forAllAct"),
            path: path("flows", name, "rollback"),
            body: { to: n },
            share: null,
          },
          say(language, "forAllAct"),
        ),
        actButton(
          {
            label: label("canaryAct"),
            path: path("flows", name, "canary"),
            body: { version: n },
            share: FIRST_SHARE,
          },
          say(language, "canaryAct"),
        ),
      );
    }
    const badge = isAll
      ? el("span", "badge", say(language, "forAll"))
      : isCanary
        ? el("span", "badge", `${say(language, "canary")} ${percent(flow.canary_share)}`)
        : "";
    return row(
      el("span", "", `${n} `, badge),
      sayInstant(language, one.published_at),
      one.published_by,
      one.note || "–",
      acts,
    );
  }

  function mainButtons(flow: Flow, isFirst: boolean): HTMLElement | null {
    if (!isAdmin) return null;
    const acts = el("div", "actions");
    const add = (word: "promote" | "stopCanary" | "changeShare" | "rollback", act: Partial<Act>) =>
      acts.append(
        actButton({ label: say(language, word), share: null, ...act }, say(language, word)),
      );
    const canaryPath = path("flows", name, "canary");
    if (flow.canary_version !== null) {
      add("promote", { path: path("flows", name, "promote") });
      add("changeShare", {
        path: canaryPath,
        body: { version: flow.canary_version },
        share: flow.canary_share,
      });
      add("stopCanary", { path: canaryPath, method: "DELETE" });
    } else if (!isFirst) {
      add("rollback", { path: path("flows", name, "rollback") });
    }
    return acts;
  }

  async function compare(flow: Flow): Promise<void> {
    if (flow.canary_version === null) return canary.replaceChildren();
    const found = await api.json<Comparison>(path("flows", flow.flow, "canary"));
    if (flow.flow !== name) return;
    canary.replaceChildren(
      el("h3", "", say(language, "sideBySide")),
      found instanceof Problem
        ? el("p", "refusal", sayFailure(language, found))
        : comparison(found, language),
    );
  }

  return {
    element,
    fill(flow, tag_, versions) {
      if (flow.flow !== name) {
        form.replaceChildren();
        note.textContent = "";
      }
      name = flow.flow;
      tag = tag_;
      const heads = ["version", "published", "publishedBy", "note"] as const;
      list.replaceChildren(
        el("h3", "", say(language, "versions")),
        mainButtons(flow, versions.length < 2) ?? "",
        table(
          [...heads.map((head) => say(language, head)), ""],
          versions.map((one) => versionRow(flow, one)),
        ),
      );
      void compare(flow);
    },
  };
}

/** Both versions' figures, and whether they differ by more than chance. */
function comparison(found: Comparison, language: Language): HTMLElement {
  const { released, canary } = found;
  const share = (one: Share | null) =>
    one === null ? "0" : `${one.count} · ${percent(one.share)} (${span(one.low, one.high)})`;
  return el(
    "div",
    "",
    el("p", "hint", `${say(language, "sinceWhen")} ${sayInstant(language, found.since)}`),
    table(
      [
        say(language, "outcome"),
        `${say(language, "version")} ${released.version}`,
        `${say(language, "canary")} ${canary.version}`,
        say(language, "difference"),
      ],
      [
        row(say(language, "walks"), String(released.walks), String(canary.walks), ""),
        row(say(language, "meanTime"), clock(released.mean_ms), clock(canary.mean_ms), ""),
        ...beside(found).map(({ how, difference, ...side }) =>
          row(
            sayName(language, "ended", how),
            share(side.released),
            share(side.canary),
            difference === null
              ? "–"
              : el(
                  "span",
                  difference.is_certain ? "certain" : "hint",
                  `${signed(difference.value)} (${span(difference.low, difference.high)}) `,
                  say(language, difference.is_certain ? "certain" : "maybeChance"),
                ),
          ),
        ),
      ],
    ),
  );
}

function span(low: number, high: number): string {
  return `${(low * 100).toFixed(1)} … ${(high * 100).toFixed(1)}`;
}

function signed(value: number): string {
  return value > 0 ? `+${percent(value)}` : percent(value);
}
