// The words of the desk in Chinese.

import type { DeskWord } from "./desk_en.ts";

export const zh: Record<DeskWord, string> = {};
