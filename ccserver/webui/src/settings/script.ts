// Which placeholders of a script are filled in at the desk (../desk/script.ts).

export const PLACEHOLDERS = ["name", "number", "tier", "agent"] as const;

/** Words in braces that nothing is filled in for, each once. */
export function unknownPlaceholders(text: string): string[] {
  const found = [...text.matchAll(/\{([^{}]+)\}/g)].map((match) => (match[1] ?? "").trim());
  return [...new Set(found)].filter((name) => !(PLACEHOLDERS as readonly string[]).includes(name));
}
