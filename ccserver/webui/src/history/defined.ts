// The server's figures in the person's language.

import { zhFigures, zhVariants } from "../words/figures_zh.ts";
import { useWords } from "../words/index.ts";
import type { Definition } from "./figures.ts";

export function useDefined() {
  const { language } = useWords();
  const known = (one: Definition) => (language() === "zh" ? zhFigures[one.id] : undefined);
  return {
    titleOf: (one: Definition) => known(one)?.title ?? one.title,
    formulaOf: (one: Definition) => known(one)?.formula ?? one.formula,
    variantOf: (one: Definition) =>
      language() === "zh" ? (zhVariants[one.variant] ?? one.variant) : one.variant,
  };
}
