// The words of the phone in English.

export const en = {};

export type PhoneWord = keyof typeof en;
