// One thing of the configuration being edited: what was read, what is written, what came between.

import { computed, ref, shallowRef } from "vue";
import { Problem } from "../api.ts";
import { api } from "../live.ts";
import { differences } from "./differences.ts";
import { type Fault, faultsOf, type Told, toldFaults } from "./faults.ts";
import { isNamed, type Kind, pathOf } from "./kinds.ts";
import { emptyOf, type Field, filled, isThing, type Value } from "./schema.ts";

/** What somebody else has made of it meanwhile. `value` null: it is gone. */
export interface Conflict {
  readonly value: Value;
  readonly tag: string | null;
}

interface Changed {
  readonly changes: readonly unknown[];
}

export type Saved = "saved" | "unchanged" | "faulty" | "conflict" | Problem;

const NONE: Told = new Map();

export function useThing(kind: Kind, name: () => string, field: Field, isNew: () => boolean) {
  const read = shallowRef<Value>(null);
  const draft = shallowRef<Value>(null);
  const tag = ref<string | null>(null);
  const faults = shallowRef<readonly Fault[]>([]);
  const told = shallowRef<Told>(NONE);
  const conflict = shallowRef<Conflict | null>(null);
  const isChanged = computed(
    () => draft.value !== null && differences(read.value, draft.value).length > 0,
  );
  const whole = (value: Value): Value =>
    field.kind === "group" && isThing(value) ? filled(field, value) : value;

  async function load(): Promise<Problem | null> {
    forget();
    if (isNew()) {
      read.value = draft.value = emptyOf(field);
      tag.value = null;
      return null;
    }
    const answer = await api.tagged<Value>(pathOf(kind, name()));
    if (answer instanceof Problem) return answer;
    take(answer.value, answer.tag);
    return null;
  }

  function take(value: Value, seen: string): void {
    forget();
    read.value = draft.value = whole(value);
    tag.value = seen;
  }

  function forget(): void {
    faults.value = [];
    told.value = NONE;
    conflict.value = null;
  }

  async function save(reason: string): Promise<Saved> {
    forget();
    faults.value = faultsOf(field, draft.value);
    if (faults.value.length > 0) return "faulty";
    const answer = await api.json<Changed>(withReason(reason), {
      method: "PUT",
      body: draft.value,
      ...(tag.value === null ? {} : { seen: tag.value }),
    });
    if (answer instanceof Problem) return failed(answer);
    read.value = draft.value;
    return answer.changes.length > 0 ? "saved" : "unchanged";
  }

  async function remove(reason: string): Promise<Saved> {
    forget();
    const answer = await api.json(withReason(reason), {
      method: "DELETE",
      ...(tag.value === null ? {} : { seen: tag.value }),
    });
    return answer instanceof Problem ? failed(answer) : "saved";
  }

  async function failed(problem: Problem): Promise<Saved> {
    // 428: of a new thing; one of that name is there already.
    if (problem.status === 412 || problem.status === 428) {
      const now = await api.tagged<Value>(pathOf(kind, name()));
      if (!(now instanceof Problem)) {
        conflict.value = { value: whole(now.value), tag: now.tag };
        return "conflict";
      }
      if (now.status === 404) {
        conflict.value = { value: null, tag: null };
        return "conflict";
      }
    }
    if (problem.status === 422) {
      const place = isNamed(kind) ? `${kind}.${name()}` : kind;
      told.value = toldFaults(problem.sentences[0] ?? "", place);
    }
    return problem;
  }

  function withReason(reason: string): string {
    return `${pathOf(kind, name())}?${new URLSearchParams({ reason })}`;
  }

  /** The next save goes over what somebody else has made. */
  function overwrite(): void {
    if (conflict.value === null) return;
    tag.value = conflict.value.tag;
    conflict.value = null;
  }

  function undo(): void {
    forget();
    draft.value = read.value;
  }

  return {
    read,
    draft,
    faults,
    told,
    conflict,
    isChanged,
    load,
    save,
    remove,
    take,
    overwrite,
    undo,
  };
}
