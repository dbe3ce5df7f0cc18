"""What a phone hears, packet by packet, as the network interface sees it."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ccserver import clock
from ccserver.local.phones import PHONES_HOST

_UDP = 17
_LOUD = 8
"""A-law: so far from silence a sample is loud (segment of the companded value)."""


@dataclass
class Ears:
    """The instants at which agents' phones were sent something loud, and each answer of a phone."""

    loud_at: list[float] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)
    """When a customer's phone sent its 200 for an INVITE."""
    _over: threading.Event = field(default_factory=threading.Event)

    def heard_after(self, instant: float) -> float | None:
        """When an agent first heard something after that."""
        return next((at for at in self.loud_at if at > instant), None)

    def listen(self, line: socket.socket, customers: str) -> None:
        """Until it is over."""
        while not self._over.is_set():
            try:
                frame = line.recv(4096)
            except TimeoutError:
                continue
            if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != _UDP:
                continue
            source, target = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
            size = struct.unpack("!H", frame[38:40])[0] - 8
            body = frame[42 : 42 + size]
            if source == customers and body.startswith(b"SIP/2.0 200") and b" INVITE\r" in body:
                self.answered_at.append(clock.now())
            elif target == PHONES_HOST and len(body) == 172 and body[0] == 0x80:
                loud = sum(((sample ^ 0x55) & 0x70) >> 4 >= 4 for sample in body[12:])
                if loud > _LOUD:
                    self.loud_at.append(clock.now())

    def stop(self) -> None:
        self._over.set()


@contextmanager
def ears(customers: str) -> Iterator[Ears]:
    """Listen on the loopback interface. Needs root, as the tests' Asterisk does."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800)) as line:
        line.bind(("lo", 0))
        line.settimeout(0.2)
        made = Ears()
        thread = threading.Thread(target=made.listen, args=(line, customers))
        thread.start()
        try:
            yield made
        finally:
            made.stop()
            thread.join()
