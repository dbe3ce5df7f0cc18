// The words of the recordings in Chinese.

import type { RecordingsWord } from "./recordings_en.ts";

export const zh: Record<RecordingsWord, string> = {};
