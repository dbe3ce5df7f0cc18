// The words of the flows in Chinese.

import type { FlowsWord } from "./flows_en.ts";

export const zh: Record<FlowsWord, string> = {};
