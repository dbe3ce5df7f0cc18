// What the agent writes of the talk at hand: kept while it is written, saved when it is done.

import { computed, ref, watch } from "vue";
import { Problem, path } from "../api.ts";
import { api, useLive } from "../live.ts";
import { type Draft, emptyDraft, keepDraft, keptDraft, missing, outcomeOf } from "./drafts.ts";
import type { Outcome } from "./rows.ts";
import { useDesk } from "./settings.ts";

const { state, mine, now } = useLive();
const desk = useDesk();
const draft = ref<Draft>(emptyDraft());
const contact = ref("");
/** What is on the server, as JSON. */
const saved = ref("");
const problem = ref<Problem | null>(null);
const isBusy = ref(false);

const isUnsaved = computed(() => JSON.stringify(draft.value) !== saved.value);
/** The queue's rule, until the server has told of this wrap-up. */
const isRequired = computed(() => {
  const { card, wrapUp } = state.value;
  if (wrapUp !== null && wrapUp.extends_left !== null) return wrapUp.disposition_required;
  return desk.queue(card?.queue)?.disposition_required ?? false;
});
const lacks = computed(() => {
  const flags = desk
    .dispositions(state.value.card?.queue ?? null)
    .find((one) => one.name === draft.value.disposition)?.flags;
  return missing(draft.value, {
    isRequired: isRequired.value,
    needsDate: flags?.includes("scheduled_callback") ?? false,
    now: now.value,
  });
});

async function save(): Promise<boolean> {
  const of = contact.value;
  if (of === "" || isBusy.value) return false;
  isBusy.value = true;
  const isDone = await put(of, draft.value);
  isBusy.value = false;
  return isDone;
}

async function put(of: string, written: Draft): Promise<boolean> {
  const sent = JSON.stringify(written);
  const answer = await api.json(path("contacts", of, "outcome"), {
    method: "PUT",
    body: outcomeOf(written),
  });
  const isRefused = answer instanceof Problem;
  if (of === contact.value) {
    problem.value = isRefused ? answer : null;
    if (!isRefused) saved.value = sent;
  }
  if (!isRefused) keepDraft(of, null);
  return !isRefused;
}

async function begin(of: string): Promise<void> {
  const kept = keptDraft(of);
  draft.value = kept ?? emptyDraft();
  // What was kept from before a reload is not on the server.
  saved.value = JSON.stringify(emptyDraft());
  problem.value = null;
  if (of === "" || kept !== null) return;
  const answer = await api.json<Partial<Outcome> | undefined>(path("contacts", of, "outcome"));
  if (answer instanceof Problem || answer === undefined || of !== contact.value) return;
  if (isUnsaved.value) return;
  draft.value = {
    ...emptyDraft(),
    disposition: answer.disposition ?? null,
    note: answer.note ?? "",
  };
  saved.value = JSON.stringify(draft.value);
}

// A wrap-up that ends by its clock must not lose what was written.
watch(
  () => {
    const agent = mine.value;
    const isWritten = agent?.work === "on_call" || agent?.work === "wrap_up";
    return isWritten ? (agent?.contact ?? "") : "";
  },
  (of) => {
    if (of === contact.value) return;
    if (contact.value !== "" && isUnsaved.value) void put(contact.value, draft.value);
    contact.value = of;
    void begin(of);
  },
  { immediate: true },
);
watch(
  draft,
  (written) => {
    if (contact.value !== "" && isUnsaved.value) keepDraft(contact.value, written);
  },
  { deep: true },
);

export function useOutcome() {
  return { draft, contact, problem, isBusy, isUnsaved, isRequired, lacks, save };
}
