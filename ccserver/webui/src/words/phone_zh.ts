// The words of the phone in Chinese.

import type { PhoneWord } from "./phone_en.ts";

export const zh: Record<PhoneWord, string> = {};
