// The words of the history in English.

export const en = {};

export type HistoryWord = keyof typeof en;
