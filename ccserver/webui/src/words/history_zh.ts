// The words of the history in Chinese.

import type { HistoryWord } from "./history_en.ts";

export const zh: Record<HistoryWord, string> = {};
