// The words of the flows in English.

export const en = {};

export type FlowsWord = keyof typeof en;
