"""The public network that campaigns call, played by one SIPp, and what it saw of each call.

What each call meets stands in the scenario's CSV file, one row after the other. Customers are
reached over the trunk, on 127.0.0.2. The key that one presses is the last digit of his number.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Final

from ccserver.local.keys import write_key
from ccserver.local.phones import Phones, Sip, start_network
from ccserver.local.tones import write_voice

KEYS: Final = "12345"
PRESSES: Final = 12
"""So often in a row a customer presses his key, until the call ends."""
PRESS_EVERY_SECONDS: Final = 2.5
TICK_SECONDS: Final = 0.2
"""Ring and talk times are whole numbers of these."""
VOICE_SECONDS: Final = 200.0


class Kind(StrEnum):
    """What a customer does when he is called."""

    HUMAN = "human"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    INVALID = "invalid"
    """The network knows no such number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What one call meets."""

    kind: Kind
    ring_seconds: float = 1.0
    talk_seconds: float = 0.0
    """Then the customer hangs up; 0: he presses his key, again and again, and never hangs up."""


def numbers(count: int) -> list[str]:
    """E.164, of so many customers. Each ends with one of KEYS."""
    return [f"+86138{n // len(KEYS):07}{KEYS[n % len(KEYS)]}" for n in range(count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Whom a campaign reaches: shares of the kinds, and times."""

    shares: Mapping[Kind, float]
    ring_mean_seconds: float = 6.0
    ring_cv: float = 0.5
    talk_mean_seconds: float = 20.0
    talk_cv: float = 0.5

    def draw(self, count: int, *, talks: bool, seed: int = 1) -> list[Fate]:
        """What so many calls meet, one after the other."""
        dice = Random(seed)
        kinds, shares = list(self.shares), list(self.shares.values())
        return [
            Fate(
                kind=dice.choices(kinds, shares)[0],
                ring_seconds=_gamma(dice, self.ring_mean_seconds, self.ring_cv),
                talk_seconds=_gamma(dice, self.talk_mean_seconds, self.talk_cv) if talks else 0.0,
            )
            for _ in range(count)
        ]


def _gamma(dice: Random, mean: float, cv: float) -> float:
    return dice.gammavariate(1 / cv**2, mean * cv**2)


def start(folder: Path, fates: Sequence[Fate], *, port: int, sip_port: int, sound: bool) -> Phones:
    """Let customers be called at `port`. With `sound` they speak when they have answered."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        (
            str(list(Kind).index(one.kind)),
            str(max(1, round(one.ring_seconds / TICK_SECONDS))),
            str(round(one.talk_seconds / TICK_SECONDS)),
        )
        for one in fates
    ]
    scenario = (Path(__file__).parent / "network.xml").read_text()
    for mark, part in (
        ("@TICK_MS@", str(round(TICK_SECONDS * 1000))),
        ("@SPEAK@", _speak(folder) if sound else ""),
        ("@PRESSES@", _presses(folder)),
    ):
        scenario = scenario.replace(mark, part)
    return start_network(folder, scenario, rows, port=port, sip_port=sip_port)


def _play(file: Path) -> str:
    return f'<nop><action><exec play_pcap_audio="{file}"/></action></nop>'


def _speak(folder: Path) -> str:
    return _play(write_voice(folder.absolute() / "voice.pcap", 7, VOICE_SECONDS))


def _presses(folder: Path) -> str:
    """Each press has a sound file of its own: else Asterisk takes it for the one before."""
    parts, label = [], 200
    for press in range(PRESSES):
        parts.append(
            f'<recv request="BYE" timeout="{round(PRESS_EVERY_SECONDS * 1000)}"'
            f' ontimeout="{label}" next="91"/><label id="{label}"/>'
        )
        done, label = label + 1, label + 2
        for key in KEYS:
            file = write_key(folder.absolute() / f"key{key}_{press}.pcap", key, press)
            parts.append(f'<nop next="{label}" test="key{key}"/><nop next="{label + 1}"/>')
            parts.append(f'<label id="{label}"/>{_play(file)}<nop next="{done}"/>')
            parts.append(f'<label id="{label + 1}"/>')
            label += 2
        parts.append(f'<label id="{done}"/>')
    return "\n".join(parts)


# -- what it saw


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One call, as the network saw it."""

    number: str
    at: float
    """When the INVITE came."""
    outcome: str
    """`answered`, `busy`, `canceled`, `invalid`; empty: it goes on."""
    answered_at: float | None = None


def seen(network: Phones) -> list[Seen]:
    """Each call, in the order in which they came."""
    calls: dict[str, list[Sip]] = defaultdict(list)
    for message in network.messages():
        calls[message.call_id].append(message)
    found = [_one(messages) for messages in calls.values()]
    return sorted((one for one in found if one is not None), key=lambda one: one.at)


def _one(messages: Sequence[Sip]) -> Seen | None:
    """The first word of an end decides."""
    invites = (m for m in messages if m.received and m.first_line.startswith("INVITE "))
    invite = next(invites, None)
    if invite is None:
        return None
    number = invite.first_line.partition("sip:")[2].partition("@")[0]
    outcome, answered_at = "", None
    for message in messages:
        line = message.first_line
        if message.received and line.startswith("CANCEL "):
            outcome = "canceled"
        elif not message.received:
            outcome = _ANSWERS.get(line.split(" ")[1], "")
            answered_at = message.at if outcome == "answered" else None
        if outcome:
            break
    number = "+" + number.removeprefix("+")
    return Seen(number=number, at=invite.at, outcome=outcome, answered_at=answered_at)


_ANSWERS: Final = {"200": "answered", "486": "busy", "404": "invalid"}

AS_SEEN: Final = {
    "human": {"answered"},
    "abandoned": {"answered"},
    "machine": {"answered"},
    "busy": {"busy"},
    "no_answer": {"canceled"},
    "canceled": {"canceled", "answered"},
    "disconnected": {"invalid"},
    # ccserver was away, and says that it does not know.
    "lost": {"answered", "busy", "canceled", "invalid"},
}
"""What the network may have seen of an attempt with this result; of others it saw nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One attempt, as ccserver wrote it down."""

    number: str
    placed_at: float
    result: str | None


def differences(told: Sequence[Told], calls: Sequence[Seen]) -> list[str]:
    """Each attempt that the network did not see like that, and each call without an attempt."""
    ours: dict[str, list[Told]] = defaultdict(list)
    for one in sorted(told, key=lambda one: one.placed_at):
        if one.result != "unsent":
            ours[one.number].append(one)
    theirs: dict[str, list[Seen]] = defaultdict(list)
    for call in calls:
        theirs[call.number].append(call)
    found = []
    for number in ours.keys() | theirs.keys():
        mine, its = ours[number], theirs[number]
        fits = len(mine) == len(its) and all(
            call.outcome in AS_SEEN.get(attempt.result or "", ())
            for attempt, call in zip(mine, its, strict=True)
        )
        if not fits:
            found.append(
                f"{number}: {[a.result for a in mine]}, but seen {[c.outcome for c in its]}"
            )
    return sorted(found)


def lost(told: Sequence[Told], calls: Sequence[Seen]) -> Counter[str]:
    """What the network saw of the attempts that ccserver cannot tell of."""
    theirs: dict[str, list[Seen]] = defaultdict(list)
    for call in calls:
        theirs[call.number].append(call)
    found: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for one in sorted(told, key=lambda one: one.placed_at):
        if one.result == "unsent":
            continue
        place = places[one.number]
        places[one.number] += 1
        if one.result == "lost":
            its = theirs[one.number][place : place + 1]
            found[its[0].outcome if its else "unseen"] += 1
    return found
