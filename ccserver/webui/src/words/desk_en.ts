// The words of the desk in English.

export const en = {};

export type DeskWord = keyof typeof en;
