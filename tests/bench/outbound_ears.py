"""When customers answer and what agents then hear, taken off the wire: a process that reads the
loopback's packets.

    python -m tests.bench.outbound_ears      ends with its standard input, and writes JSON

{"answered": [[number, seconds]…], "heard": [[phone, seconds]…]}: each 200 of a customer for an
INVITE, and each first loud packet to a phone after a silence. The kernel stamps the packets, so
that this process may be late. Needs root.
"""

import re
import socket

from ccserver.local.phones import CALLERS_HOST, PHONES_HOST
from tests.bench.wire import listen

_CUSTOMERS, _PHONES = socket.inet_aton(CALLERS_HOST), socket.inet_aton(PHONES_HOST)
_SILENCE_SECONDS = 0.5
_LOUD = 8
"""So many loud samples make a packet loud."""
_LOUD_BYTES = bytes(sample for sample in range(256) if ((sample ^ 0x55) & 0x70) >> 4 >= 4)
"""A-law: their segment is far from silence."""
_TO = re.compile(rb"^To:[^\n]*sip:([+0-9]+)@", re.MULTILINE | re.IGNORECASE)
_MEDIA = re.compile(rb"^m=audio (\d+)", re.MULTILINE)
_SOUND_BYTES = 12 + 160


class Ears:
    """Of all agents, told apart by their media ports."""

    def __init__(self) -> None:
        self.answered: list[tuple[str, float]] = []
        self.heard: list[tuple[str, float]] = []
        self._known: set[bytes] = set()
        """Answers that were seen: SIPp may send one twice."""
        self._phones: dict[int, str] = {}
        self._loud_at: dict[str, float] = {}

    def hear(self, packet: bytes, at: float) -> None:
        """Take one IPv4 packet in."""
        header = (packet[0] & 0x0F) * 4
        if packet[9] != socket.IPPROTO_UDP:
            return
        body = packet[header + 8 :]
        if packet[16:20] == _PHONES and len(body) == _SOUND_BYTES and body[0] == 0x80:
            phone = self._phones.get(int.from_bytes(packet[header + 2 : header + 4], "big"))
            if phone is not None and _is_loud(body[12:]):
                if at - self._loud_at.get(phone, 0.0) > _SILENCE_SECONDS:
                    self.heard.append((phone, at))
                self._loud_at[phone] = at
        elif body.startswith(b"SIP/2.0 200") and b" INVITE\r" in body:
            self._answer(packet[12:16], body, at)

    def _answer(self, source: bytes, body: bytes, at: float) -> None:
        to = _TO.search(body)
        if to is None or source not in {_CUSTOMERS, _PHONES}:
            return
        who = to[1].decode()
        if source == _PHONES and (media := _MEDIA.search(body)):
            self._phones[int(media[1])] = who
        elif source == _CUSTOMERS:
            call = body.partition(b"Call-ID:")[2].partition(b"\r")[0]
            if call not in self._known:
                self._known.add(call)
                self.answered.append(("+" + who.removeprefix("+"), at))


def _is_loud(sound: bytes) -> bool:
    return len(sound) - len(sound.translate(None, _LOUD_BYTES)) > _LOUD


def main() -> None:
    """Listen until the standard input ends."""
    ears = Ears()
    listen(ears.hear, lambda: {"answered": ears.answered, "heard": ears.heard})


if __name__ == "__main__":
    main()
