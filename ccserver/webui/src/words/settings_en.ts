// The words of the settings in English.

export const en = {};

export type SettingsWord = keyof typeof en;
