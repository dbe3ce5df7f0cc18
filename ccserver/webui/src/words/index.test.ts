import { expect, test } from "vitest";

// A word that stands in two books is said as the later one has it, wherever it is used.
test("no word stands in two books of a language", async () => {
  const books = import.meta.glob("./*_{en,zh}.ts");
  for (const language of ["en", "zh"]) {
    const seen = new Set<string>();
    for (const [file, load] of Object.entries(books)) {
      const words = ((await load()) as Record<string, Record<string, string>>)[language] ?? {};
      for (const word of Object.keys(words)) {
        expect(seen.has(word), `${word} in ${file} stands in another book too`).toBe(false);
        seen.add(word);
      }
    }
    expect(seen.size).toBeGreaterThan(200);
  }
});
