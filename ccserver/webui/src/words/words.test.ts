import { expect, it } from "vitest";

const files = import.meta.glob<Record<string, Record<string, string>>>("./*_{en,zh}.ts", {
  eager: true,
});

it.each(["en", "zh"])("has each word of %s in one file only", (language) => {
  const keys = Object.entries(files)
    .filter(([file]) => file.endsWith(`_${language}.ts`))
    .flatMap(([, words]) => Object.keys(words[language] ?? {}));
  expect(keys.length).toBeGreaterThan(500);
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
});
