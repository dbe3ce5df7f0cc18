// One WebSocket that comes back by itself, where it left off.

import type { ClientMessage, ServerMessage } from "./messages.ts";

const SILENCE_MS = 2500;
const BACKOFF_MS = [200, 500, 1000, 2000, 4000] as const;
/** Of which at least half is waited. */
const SENT_AWAY_MS = 120_000;

/** Codes after which the person must log in again (see x-close-codes in live.schema.json). */
const SESSION_OVER = new Set([4000, 4401, 4403]);

export interface Listener {
  heard(message: ServerMessage): void;
  /** Whether the server can be reached. */
  reachable(is: boolean): void;
  ended(code: number): void;
  /** The token to show, and what was seen last. */
  hello(): { token: string; since: number | null; run: string | null };
}

export class Link {
  private socket: WebSocket | null = null;
  private attempts = 0;
  private lastHeard = 0;
  private retry: number | undefined;
  private readonly watch: number;
  private readonly hurry = () => this.network();
  private stopped = false;
  private isSentAway = false;

  constructor(
    private readonly url: string,
    private readonly listener: Listener,
  ) {
    this.lastHeard = Date.now();
    this.watch = window.setInterval(() => this.look(), 250);
    window.addEventListener("online", this.hurry);
    this.connect();
  }

  send(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  stop(): void {
    this.stopped = true;
    window.clearInterval(this.watch);
    window.clearTimeout(this.retry);
    window.removeEventListener("online", this.hurry);
    this.socket?.close();
  }

  private connect(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      if (socket === this.socket) this.send({ type: "hello", ...this.listener.hello() });
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket !== this.socket) return;
      this.lastHeard = Date.now();
      this.attempts = 0;
      this.listener.reachable(true);
      this.listener.heard(JSON.parse(event.data) as ServerMessage);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.lost(event.code);
    };
  }

  private lost(code: number): void {
    this.socket = null;
    if (this.stopped) return;
    if (SESSION_OVER.has(code) || code === 4409) {
      this.stop();
      this.listener.ended(code);
      return;
    }
    this.listener.reachable(false);
    const base = BACKOFF_MS[Math.min(this.attempts, BACKOFF_MS.length - 1)] ?? 4000;
    this.attempts += 1;
    this.isSentAway = code === 4429;
    this.later(this.isSentAway ? SENT_AWAY_MS : base);
  }

  /** Half of it by chance: a room of agents must not come back in one instant. */
  private later(wait: number): void {
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.connect(), wait * (0.5 + Math.random()));
  }

  /** The network is there again: the next try need not wait any longer. */
  private network(): void {
    if (this.socket !== null || this.isSentAway) return;
    this.attempts = 0;
    this.later(BACKOFF_MS[0]);
  }

  /** The server ticks every second: silence means that it, or the network, is gone. */
  private look(): void {
    if (Date.now() - this.lastHeard < SILENCE_MS) return;
    this.listener.reachable(false);
    const socket = this.socket;
    const isSlowToOpen = Date.now() - this.lastHeard < 2 * SILENCE_MS;
    if (socket === null || (socket.readyState === WebSocket.CONNECTING && isSlowToOpen)) return;
    this.lastHeard = Date.now();
    this.socket = null;
    socket.close();
    this.lost(1006);
  }
}
