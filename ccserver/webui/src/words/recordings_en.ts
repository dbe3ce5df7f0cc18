// The words of the recordings in English.

export const en = {};

export type RecordingsWord = keyof typeof en;
