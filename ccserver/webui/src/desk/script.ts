// The words that a queue wants said, with what is known of the caller filled in.

/** `{name}` becomes the caller's name. What is not known stays visible as `…`, so that nobody reads
 * a placeholder aloud. */
export function filled(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(/\{([^{}]+)\}/g, (_, key: string) => known[key.trim()] || "…");
}
