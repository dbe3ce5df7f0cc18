// What every field of a form needs to know, however deep it stands.

import { type ComputedRef, computed, type InjectionKey, inject, provide } from "vue";
import { zhHelp } from "../words/help_zh.ts";
import { useWords } from "../words/index.ts";
import { type Fault, type Told, toldAt } from "./faults.ts";

export interface FormContext {
  /** All that is configured: what fields can refer to. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly faults: readonly Fault[];
  readonly told: Told;
  /** Whether the person may change what stands at this place. */
  readonly mayEdit: (path: string) => boolean;
}

const KEY: InjectionKey<ComputedRef<FormContext>> = Symbol("form");

export function provideForm(context: ComputedRef<FormContext>): void {
  provide(KEY, context);
}

export function useForm() {
  const context = inject(KEY) as ComputedRef<FormContext>;
  const { say, sayName, language } = useWords();

  /** What is wrong at this very place; of a list also within it. */
  function faultAt(path: string, isWhole: boolean): string {
    const { faults, told } = context.value;
    const own = faults
      .filter((one) => one.path === path || (isWhole && one.path.startsWith(`${path}.`)))
      .map((one) => say(`fault.${one.rule}`, { limit: one.limit }));
    const heard = isWhole ? toldAt(told, path) : (told.get(path) ?? []);
    return [...new Set([...own, ...heard])].join(" ");
  }

  /** By the place too, where a field of this name means another thing there. */
  function label(name: string, path = ""): string {
    const group =
      path
        .split(".")
        .filter((part) => !/^\d+$/.test(part))
        .at(-2) ?? "";
    const there = sayName(`field.${group}`, name);
    if (there !== name) return there;
    return sayName("field", name, sayName("field", name) === name ? plain(name) : "");
  }
  /** Those that explain how the file writes it help nobody here. */
  const help = (sentence: string) => {
    if (sentence.includes(" = [")) return "";
    return (language() === "zh" ? (zhHelp[sentence] ?? sentence) : sentence).replaceAll("`", "");
  };
  return { context, config: computed(() => context.value.config), faultAt, label, help };
}

/** A name that has no word yet: `wait_max` is read as "Wait max". */
function plain(name: string): string {
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
