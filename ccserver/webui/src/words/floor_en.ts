// The words of the floor in English.

export const en = {};

export type FloorWord = keyof typeof en;
