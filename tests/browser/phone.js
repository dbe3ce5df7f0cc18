// A phone in a page, as small as it can be: JsSIP, one call at a time. Given to a page by phone.py.
// The offer with one codec alone, and the keys.
const only = (codec, sdp) => {
  const kept = [...sdp.matchAll(/^a=rtpmap:(\d+) ([\w-]+)\//gm)]
    .filter(([, , name]) => [codec, "telephone-event"].includes(name))
    .map(([, number]) => number);
  return sdp.replace(/^(m=audio \d+ \S+) .*$/m, (_, head) => [head, ...kept].join(" "));
};

globalThis.phone = {
  events: [],
  session: null,
  register(given) {
    const socket = new JsSIP.WebSocketInterface(given.url);
    this.ua = new JsSIP.UA({
      sockets: [socket],
      uri: `sip:${given.user}@${given.domain}`,
      password: given.password,
      register_expires: 120,
      session_timers: false,
    });
    for (const name of ["connected", "disconnected", "registered", "unregistered"]) {
      this.ua.on(name, () => this.events.push(name));
    }
    this.ua.on("registrationFailed", (told) =>
      this.events.push(`refused ${told.response?.status_code ?? told.cause}`),
    );
    this.ua.on("newRTCSession", ({ session, request }) => {
      if (session.direction === "incoming") this.ring(session, request);
    });
    this.ua.start();
  },
  ring(session, request) {
    this.session = session;
    this.rang = {
      at: Date.now(),
      contact: request.getHeader("X-CC-Contact") ?? "",
      from: session.remote_identity.uri.user,
    };
    this.events.push("ringing");
    for (const name of ["confirmed", "ended", "failed"]) {
      session.on(name, (told) =>
        this.events.push(told?.cause ? `${name} ${told.originator} ${told.cause}` : name),
      );
    }
    session.on("peerconnection", ({ peerconnection }) => this.hear(peerconnection));
    // The connection is there already for a call that comes in.
    if (session.connection) this.hear(session.connection);
  },
  hear(connection) {
    connection.addEventListener("track", ({ streams }) => {
      const audio = new Audio();
      audio.srcObject = streams[0];
      audio.play();
      this.audio = audio;
    });
  },
  answer(codec) {
    this.session.on("sdp", (told) => {
      if (told.originator === "remote") told.sdp = only(codec, told.sdp);
    });
    this.session.answer({ mediaConstraints: { audio: true, video: false } });
  },
  hangUp() {
    this.session.terminate();
  },
  async stats() {
    const found = { sent: 0, received: 0, lost: 0, jitter: 0, codec: "", energy: 0 };
    const report = await this.session.connection.getStats();
    for (const one of report.values()) {
      if (one.type === "outbound-rtp") found.sent = one.packetsSent;
      if (one.type === "inbound-rtp") {
        found.received = one.packetsReceived;
        found.lost = one.packetsLost;
        found.jitter = one.jitter;
        found.energy = one.totalAudioEnergy ?? 0;
        found.codec = report.get(one.codecId)?.mimeType ?? "";
      }
    }
    return found;
  },
};
