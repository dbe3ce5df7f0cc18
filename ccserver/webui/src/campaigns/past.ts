// What the live messages have told of campaigns in the last minutes, from when this room was opened.

import { shallowReadonly, shallowRef } from "vue";
import { listen } from "../live.ts";
import { type Past, sampled } from "./pacing.ts";

const past = shallowRef<Past>(new Map());
listen((message) => {
  const now = Date.now();
  if (message.type === "campaign") past.value = sampled(past.value, message.campaign, now);
  if (message.type === "snapshot") {
    for (const one of message.campaigns) past.value = sampled(past.value, one, now);
  }
});

export function usePast() {
  return shallowReadonly(past);
}
