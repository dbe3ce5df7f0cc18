// Logging in, and keeping the token of this window.

import type { Me } from "./messages.ts";

export interface Session {
  readonly token: string;
  /** On the server's clock, ms. */
  readonly expires_at: number;
  readonly me: Me;
}

/** In this window only, and gone with it. Never in an address. */
const KEY = "ccserver.session";

export function kept(): Session | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Session | null;
  } catch {
    return null;
  }
}

export function keep(session: Session | null): void {
  if (session === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(session));
}

/** The session, or what to tell the person. */
export async function logIn(login: string, password: string): Promise<Session | string | null> {
  try {
    const answer = await fetch("/api/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ login, password }),
    });
    const body = await answer.json();
    return answer.ok ? (body as Session) : `${body.detail} ${body.what_to_do}`;
  } catch {
    return null;
  }
}
