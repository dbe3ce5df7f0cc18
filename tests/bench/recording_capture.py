"""What it costs Asterisk to record talks, and how many it can record at once.

The talks are those of a bare Dial between two SIPp, sound in both directions, on an Asterisk of the
bench's own. What Asterisk uses for talks without a recording is subtracted.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ccserver.local.asterisk import Asterisk, choose_ports, start_asterisk
from ccserver.local.phones import (
    CALLERS_HOST,
    Caller,
    CallerScript,
    PhoneScript,
    start_callers,
    start_customers,
)
from ccserver.local.processes import free_port
from ccserver.local.root import cache
from ccserver.local.sounds import build_sounds
from ccserver.local.tones import write_voice
from tests.bench.costs import Meter, percentile
from tests.bench.report import Row

DIALPLAN = Path(__file__).with_name("recording_dialplan")
BYTES_A_SECOND = 32_000
PLAIN, RECORDED = "7001", "8001"
"""What is dialed for a talk without and with a recording."""
CALLS_A_SECOND = 20.0
RTP_PORTS = 4000
SETTLE_SECONDS = 3.0
SHORT_SECONDS = 1.5
"""A file is written in blocks of a second, and the measured talk is SIPp's, not the bridge's."""
WHOLE_SHARE = 0.99
"""So many of the talks must be whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a number of talks at once did."""

    talks: int
    asterisk_cores: float
    free_share: float
    failed: int
    whole: int
    """Recordings that lack nothing."""
    lacking_seconds: float
    """What the worst of a hundred lacks."""


@contextmanager
def switch(home: Path) -> Iterator[tuple[Asterisk, int]]:
    """An Asterisk of its own, and the port at which it finds the called."""
    sounds = cache() / "test-sounds"
    build_sounds(sounds)
    called_port = free_port()
    asterisk = start_asterisk(
        home,
        ports=choose_ports(rtp_ports=RTP_PORTS),
        secret=secrets.token_hex(8),
        agi_url="agi://127.0.0.1:1",
        sounds=sounds,
        dialplan=DIALPLAN,
        more={"CC_TRUNK_CONTACT": f"sip:{CALLERS_HOST}:{called_port}"},
        lasting=False,
    )
    try:
        yield asterisk, called_port
    finally:
        asterisk.stop()


def talk(
    asterisk: Asterisk, called_port: int, folder: Path, dialed: str, talks: int, seconds: float
) -> Load:
    """Let so many talks go on at once for so long, and see what became of them."""
    for file in asterisk.recordings.glob("*.raw"):
        file.unlink()
    sip_port = asterisk.ports.sip
    ramp_seconds = talks / CALLS_A_SECOND
    wanted = ramp_seconds + seconds + 2 * SETTLE_SECONDS
    folder.mkdir(parents=True, exist_ok=True)
    voices = [write_voice(folder / f"voice{n}.pcap", n, wanted + 5.0) for n in range(2)]
    phones = start_customers(
        folder / "phones",
        PhoneScript(ring_seconds=0.1, sound=voices[0]),
        port=called_port,
        sip_port=sip_port,
    )
    callers = start_callers(
        folder / "callers",
        [Caller(number=f"138{n:08}", dialed=dialed) for n in range(talks)],
        CallerScript(hang_up_seconds=wanted, sound=voices[1]),
        sip_port=sip_port,
        per_second=CALLS_A_SECOND,
        trace=False,
    )
    try:
        time.sleep(ramp_seconds + SETTLE_SECONDS)
        meter = Meter({"Asterisk": asterisk.running.pid})
        time.sleep(seconds)
        used, lasted, free = meter.read()["Asterisk"], meter.seconds, meter.idle_share()
        tally = callers.wait(ramp_seconds + seconds + 60)
    finally:
        callers.stop()
        phones.stop()
    lacking = [
        max(0.0, wanted - file.stat().st_size / BYTES_A_SECOND)
        for file in asterisk.recordings.glob("*.raw")
    ]
    return Load(
        talks=talks,
        asterisk_cores=used / lasted,
        free_share=free,
        failed=tally.failed + talks - tally.created,
        whole=sum(lack <= SHORT_SECONDS for lack in lacking),
        lacking_seconds=percentile(lacking, 0.99),
    )


def capture_rows(home: Path, *, talks: int, seconds: float, most: int, step: int) -> list[Row]:
    """The cost of a recorded minute, and the largest number of talks of which all are whole."""
    rows: list[Row] = []
    with switch(home / "asterisk") as (asterisk, port):
        plain = talk(asterisk, port, home / "plain", PLAIN, talks, seconds)
        taped = talk(asterisk, port, home / "taped", RECORDED, talks, seconds)
        minute_ms = 60_000 * (taped.asterisk_cores - plain.asterisk_cores) / talks
        rows += [
            Row(name=f"CPU of Asterisk for {talks} talks, without recording",
                value=100 * plain.asterisk_cores, unit="% of a core"),
            Row(name=f"CPU of Asterisk for {talks} talks, recorded",
                value=100 * taped.asterisk_cores, unit="% of a core"),
            Row(name="CPU a recorded minute, capture", value=minute_ms, unit="ms"),
            Row(name=f"whole recordings of {talks}", value=float(taped.whole),
                goal=(">=", float(talks))),
        ]  # fmt: skip
        best: Load | None = None
        for count in range(step, most + 1, step):
            load = talk(asterisk, port, home / f"talks-{count}", RECORDED, count, seconds)
            Console().print(load)
            if load.failed or load.whole < WHOLE_SHARE * count:
                break
            best = load
    if best is not None:
        cores = os.cpu_count() or 1
        rows += [
            Row(name="talks recorded at once, all of them whole", value=float(best.talks)),
            Row(name="CPU of Asterisk at that number",
                value=100 * best.asterisk_cores / cores, unit="% of the machine"),
            Row(name="processors left at that number", value=100 * best.free_share, unit="%"),
        ]  # fmt: skip
    return rows
