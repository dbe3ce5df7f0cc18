// A script with its placeholders filled in, as the agent will see it.

export const PLACEHOLDERS = ["name", "number", "tier", "agent"] as const;

/** What is unknown stays as it is written. */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Words in braces that nothing is filled in for. */
export function unknownPlaceholders(text: string): string[] {
  const found = [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  return [...new Set(found)].filter((name) => !(PLACEHOLDERS as readonly string[]).includes(name));
}
