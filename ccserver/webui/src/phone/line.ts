// The SIP side of the browser's phone: registers, comes back by itself, hands over calls. JsSIP
// does the work; it comes to the page only when the browser is the phone.

import type { RTCSession } from "jssip/lib/RTCSession";
import type { Socket } from "jssip/lib/Socket";
import type { IncomingRTCSessionEvent, RTCSessionEvent, UA } from "jssip/lib/UA";

/** How the browser registers, from PUT /api/phone. */
export interface Account {
  /** wss:// … */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  readonly ice_servers: RTCIceServer[];
}

export type LineState = "connecting" | "registered" | "refused" | "network";

export interface LineListener {
  is(state: LineState): void;
  /** It rings. `contact`: of the call, where Asterisk was told. */
  /** `isOffHook`: no call yet, but the leg on which customers will come without a ring. */
  invited(session: RTCSession, contact: string | null, isOffHook: boolean): void;
}

/** Short enough that Asterisk soon sees a browser that is gone without a word. */
const EXPIRES_SECONDS = 60;
const AGAIN_MS = 4000;
const RECOVER_SECONDS = {
  connection_recovery_min_interval: 1,
  connection_recovery_max_interval: 4,
};

export class Line {
  private agent: UA | null = null;
  private socket: Socket | null = null;
  private isStopped = false;
  private retry: number | undefined;

  constructor(
    readonly account: Account,
    private readonly listener: LineListener,
  ) {}

  async start(): Promise<void> {
    this.listener.is("connecting");
    const library = await import("jssip");
    if (this.isStopped) return;
    const { url, user, password, domain } = this.account;
    this.socket = new library.WebSocketInterface(url);
    const agent = new library.UA({
      sockets: [this.socket],
      uri: `sip:${user}@${domain}`,
      authorization_user: user,
      password,
      register: true,
      register_expires: EXPIRES_SECONDS,
      user_agent: "ccserver",
      ...RECOVER_SECONDS,
    });
    this.agent = agent;
    agent.on("registered", () => this.tell("registered"));
    // With a cause it follows a failure, which has told more.
    agent.on("unregistered", ({ cause }) => cause || this.tell("connecting"));
    agent.on("disconnected", () => this.tell("network"));
    agent.on("registrationFailed", ({ response }) => {
      const status = response?.status_code ?? 0;
      const isRefused = status === 401 || status === 403 || status === 404;
      this.tell(isRefused ? "refused" : "network");
      if (!isRefused) this.again();
    });
    agent.on("newRTCSession", (event: RTCSessionEvent) => {
      if (event.originator !== "remote") return;
      const { session, request } = event as IncomingRTCSessionEvent;
      const isOffHook = request.getHeader("X-CC-Off-Hook") !== undefined;
      this.listener.invited(session, request.getHeader("X-CC-Contact") ?? null, isOffHook);
    });
    agent.start();
  }

  /** JsSIP tries again when the socket breaks, but not when a live one brings no answer. */
  private again(): void {
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => {
      if (!this.isRegistered) this.reconnect();
    }, AGAIN_MS);
  }

  private tell(state: LineState): void {
    if (!this.isStopped) this.listener.is(state);
  }

  get isRegistered(): boolean {
    return this.agent?.isRegistered() ?? false;
  }

  /** The network has changed, or the computer slept: the socket may be dead and not know it. */
  reconnect(): void {
    if (this.socket === null || this.isStopped) return;
    this.socket.disconnect();
    this.socket.ondisconnect(true, 1006, "");
  }

  /** Ends its calls too. */
  stop(): void {
    this.isStopped = true;
    window.clearTimeout(this.retry);
    this.agent?.stop();
    this.agent = null;
  }
}
