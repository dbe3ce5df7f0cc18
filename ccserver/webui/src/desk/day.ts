// When a day began on the site's clock. Pure.

/** ms since 1970 UTC; `zone` (IANA): where; left out: this computer's. */
export function dayStart(now: number, zone: string | undefined): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: zone || undefined,
  }).formatToParts(now);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const seconds = (of("hour") * 60 + of("minute")) * 60 + of("second");
  return Math.floor(now / 1000) * 1000 - seconds * 1000;
}
