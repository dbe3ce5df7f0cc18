// What stands on which page of the wall board. Pure.

/** So many queues on one page of so large a screen. Each card is a quarter of 1440 pixels or more. */
export function perPage(width: number, height: number): number {
  const columns = Math.max(1, Math.min(4, Math.floor(width / 440)));
  const rows = Math.max(1, Math.min(3, Math.floor((height - 90) / 300)));
  return columns * rows;
}

/** The columns in which `count` cards are largest. */
export function columnsFor(count: number, width: number): number {
  const most = Math.max(1, Math.min(4, Math.floor(width / 440)));
  return Math.max(1, Math.min(most, Math.ceil(Math.sqrt(count))));
}

/** At least one page, so that there is always one to show. */
export function pagesOf<T>(all: readonly T[], size: number): T[][] {
  const pages: T[][] = [];
  for (let from = 0; from < all.length; from += size) pages.push(all.slice(from, from + size));
  return pages.length === 0 ? [[]] : pages;
}
