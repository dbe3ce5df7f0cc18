// What an administrator is about to do with what callers get.

export interface ReleaseAct {
  readonly label: string;
  readonly path: string;
  readonly method: "POST" | "DELETE";
  /** What the server is told beside the reason and the share. */
  readonly body: Readonly<Record<string, number>>;
  /** 0 to 1; null: no share is asked for. */
  readonly share: number | null;
}

export const FIRST_SHARE = 0.1;

/** 0.125 as it is typed: 12.5. */
export function percentText(share: number | null): string {
  return share === null ? "" : String(Number((share * 100).toFixed(3)));
}
