// The words of the settings in Chinese.

import type { SettingsWord } from "./settings_en.ts";

export const zh: Record<SettingsWord, string> = {};
