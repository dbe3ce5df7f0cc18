// The words of the floor in Chinese.

import type { FloorWord } from "./floor_en.ts";

export const zh: Record<FloorWord, string> = {};
