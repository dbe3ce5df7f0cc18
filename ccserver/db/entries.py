"""What the center did, as rows: the journal's own, and the history that its commands ask for.

The rules of the journal:

- Each handled event is an entry `(run, seq)`, `seq` counting every event from 1 without a gap.
- Part 0 is the event with the commands for its own contact and for no contact at all. Commands
  for other contacts stand in parts 1, 2, … under those, so one index scan gives a contact's story.
- An event without a contact (an agent goes ready, a leg rings) belongs to the contact whose leg
  it names, else to the first that its commands name. `Started` and `AsteriskSeen` belong to none.
- A `Wake` that ordered nothing has no row. The next row carries the instants of such wakes in
  `wakes`, so that a replay makes them too: they may have changed what the center keeps to itself.
- Commands that say only what the history or the events say stand there by name (see BRIEF); the
  hash is over all commands in full.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
import structlog

from ccserver.core.commands import Command, HideCall, ShowAgent, ShowCall
from ccserver.core.events import AsteriskSeen, CallEnded, Event, Started, Wake
from ccserver.core.ids import ContactId
from ccserver.core.records import (
    Recorded,
    SaveAgentInterval,
    SaveAnswer,
    SaveCallback,
    SaveContact,
    SaveContactEnd,
    SaveDisposition,
    SaveMark,
    SaveQueueVisit,
    SaveRecording,
    SaveSegment,
    SaveVoicemail,
    SaveWalk,
)
from ccserver.db.codec import encode, hash_of, id_number, storable

WAKES_MAX = 200
"""So many silent wakes at most are kept back; then a row is written for the next."""

BRIEF: dict[type, tuple[str, ...]] = {
    SaveContact: (),
    SaveContactEnd: (),
    SaveDisposition: (),
    SaveSegment: ("number",),
    SaveAgentInterval: ("agent",),
    SaveRecording: ("file",),
    SaveMark: ("kind",),
    SaveQueueVisit: ("number",),
    SaveCallback: ("state", "tries"),
    SaveWalk: ("number",),
    SaveVoicemail: ("file",),
    SaveAnswer: ("survey", "question"),
    ShowCall: ("state",),
    ShowAgent: ("agent", "work"),
    HideCall: (),
}
"""Commands of which the journal keeps only these fields."""

TABLES = (
    *("journal", "contact", "segment", "agent_interval", "recording", "agent_presence"),
    *("queue_visit", "callback", "ivr_walk", "voicemail", "survey_answer"),
    "recording_mark",
)
TABLES_AT_FIRST = 6
"""A line that an earlier version left in the spool knows only so many of them."""

log = structlog.get_logger()


class Entry(NamedTuple):
    """One event, as the host handled it."""

    seq: int
    now: float
    event: Event
    commands: Sequence[Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows that are written together."""

    oldest: float
    """The instant of the first entry."""
    entries: int
    rows: tuple[str, ...]
    """For each of TABLES, a JSON array of objects."""

    def line(self) -> bytes:
        """One line for the spool."""
        return orjson.dumps(
            [self.oldest, self.entries, *self.rows], option=orjson.OPT_APPEND_NEWLINE
        )

    def split(self) -> list["Batch"]:
        """Each row alone, to find the one that the database refuses."""
        empty = ["[]"] * len(TABLES)
        return [
            replace(
                self,
                entries=0,
                rows=(*empty[:n], f"[{orjson.dumps(row).decode()}]", *empty[n + 1 :]),
            )
            for n, rows in enumerate(self.rows)
            for row in orjson.loads(rows)
        ]


def read_line(line: bytes) -> Batch:
    """A batch from the spool. Raises ValueError for a line that was cut short."""
    match orjson.loads(line):
        case [float(oldest), int(entries), *rows] if TABLES_AT_FIRST <= len(rows) <= len(TABLES):
            rows += ["[]"] * (len(TABLES) - len(rows))
            return Batch(oldest=oldest, entries=entries, rows=tuple(str(row) for row in rows))
    raise ValueError("not a line of the journal's spool")


@dataclass(slots=True)
class _Rows:
    """The rows of a batch while it is made."""

    journal: list[Any] = field(default_factory=list)
    contact: dict[str, dict[str, Any]] = field(default_factory=dict)
    """One row a contact: a statement may not touch a row twice."""
    segment: list[Any] = field(default_factory=list)
    agent_interval: list[Any] = field(default_factory=list)
    recording: list[Any] = field(default_factory=list)
    agent_presence: dict[str, Any] = field(default_factory=dict)
    """Only the last state of each agent."""
    queue_visit: list[Any] = field(default_factory=list)
    callback: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Only the last state of each."""
    ivr_walk: list[Any] = field(default_factory=list)
    voicemail: list[Any] = field(default_factory=list)
    survey_answer: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    """Only the last answer to each question."""
    recording_mark: list[Any] = field(default_factory=list)


class Encoder:
    """Makes batches of entries, in their order. Remembers silent wakes and whose leg is whose."""

    def __init__(self, run: UUID) -> None:
        self._run = str(run)
        self._wakes: list[float] = []
        self._legs: dict[str, ContactId] = {}

    def batch(self, entries: Sequence[Entry]) -> tuple[Batch, int]:
        """The rows of these entries, and how many entries could not be written down."""
        rows = _Rows()
        failed = 0
        for entry in entries:
            try:
                self._add(rows, entry)
            except Exception:
                # A bug in one entry must never stop the journal.
                log.exception("journal_entry_lost", seq=entry.seq, kind=type(entry.event).__name__)
                failed += 1
        made = (
            rows.journal,
            list(rows.contact.values()),
            rows.segment,
            rows.agent_interval,
            rows.recording,
            list(rows.agent_presence.values()),
            rows.queue_visit,
            list(rows.callback.values()),
            rows.ivr_walk,
            rows.voicemail,
            list(rows.survey_answer.values()),
            rows.recording_mark,
        )
        return (
            Batch(oldest=entries[0].now, entries=len(entries), rows=tuple(map(_json, made))),
            failed,
        )

    def _add(self, rows: _Rows, entry: Entry) -> None:
        seq, now, event, commands = entry
        if not commands and type(event) is Wake and len(self._wakes) < WAKES_MAX:
            self._wakes.append(now)
            return
        own = self._contact_of(event, commands)
        encoded: list[tuple[str, bytes]] = []
        groups: dict[ContactId | None, list[bytes]] = {own: []}
        for n, command in enumerate(commands):
            name, fields = type(command).__name__, encode(command)
            encoded.append((name, fields))
            contact = getattr(command, "contact", None) or own
            groups.setdefault(contact, []).append(_told(name, command, fields))
            _save(rows, command, self._run, seq, n, now)
        kind, digest = type(event).__name__, hash_of(encoded)
        for part, (contact, told) in enumerate(groups.items()):
            body = self._body(encode(event) if part == 0 else None, told)
            row = {
                "run": self._run,
                "seq": seq,
                "part": part,
                "now": now,
                "contact": _uuid(contact) if contact else None,
                "kind": kind,
                "commands_hash": digest,
                "body": orjson.Fragment(body),
            }
            rows.journal.append(row)

    def _body(self, event: bytes | None, told: list[bytes]) -> bytes:
        fields = []
        if event is not None:
            fields.append(b'"event":' + event)
            if self._wakes:
                fields.append(b'"wakes":' + orjson.dumps(self._wakes))
                self._wakes = []
        if told:
            fields.append(b'"commands":[' + b",".join(told) + b"]")
        return b"{" + b",".join(fields) + b"}"

    def _contact_of(self, event: Event, commands: Iterable[Command]) -> ContactId | None:
        for command in commands:
            if type(command) is SaveContact:
                self._legs[command.leg] = command.contact
        if isinstance(event, AsteriskSeen):
            self._legs = {call.leg: call.contact for call in event.calls if call.contact}
            return None
        if isinstance(event, Started):
            return None
        contact: ContactId | None = getattr(event, "contact", None)
        leg: str | None = getattr(event, "leg", None)
        if contact and leg:
            self._legs[leg] = contact
        elif leg:
            contact = (
                self._legs.pop(leg, None) if isinstance(event, CallEnded) else self._legs.get(leg)
            )
        if contact:
            return contact
        named = (getattr(command, "contact", None) for command in commands)
        return next((one for one in named if one), None)


def _told(name: str, command: Command, fields: bytes) -> bytes:
    """The command as the story tells it: `["Connect",{…}]`."""
    brief = BRIEF.get(type(command))
    if brief is None:
        return b'["%b",%b]' % (name.encode(), fields)
    if not brief:
        return b'["%b"]' % name.encode()
    kept = {key: getattr(command, key) for key in brief}
    return b'["%b",%b]' % (name.encode(), _json(kept).encode())


def _save(rows: _Rows, command: Command, run: str, seq: int, n: int, now: float) -> None:
    """Add what the history is to keep."""
    match command:
        case SaveContact() | SaveContactEnd() | SaveDisposition():
            _save_of_contact(rows, command)
        case SaveSegment():
            rows.segment.append(_with_uuid(command))
        case SaveRecording() | SaveMark():
            _save_of_talk(rows, command)
        case SaveQueueVisit():
            rows.queue_visit.append(_with_uuid(command))
        case SaveCallback():
            contact = _uuid(command.contact)
            rows.callback[contact] = {**_fields(command), "contact": contact, "changed_at": now}
        case SaveWalk() | SaveVoicemail() | SaveAnswer():
            _save_of_flow(rows, command)
        case SaveAgentInterval():
            rows.agent_interval.append(
                {
                    "run": run,
                    "seq": seq,
                    "part": n,
                    "agent": command.agent,
                    "presence": command.presence,
                    "reason": command.reason,
                    "work": command.work,
                    "contact": _uuid(command.contact) if command.contact else None,
                    "started_at": command.started_at,
                    "ended_at": command.ended_at,
                }
            )
        case ShowAgent():
            rows.agent_presence[command.agent] = {
                "agent": command.agent,
                "presence": command.presence,
                "reason": command.reason,
                "work": command.work,
                "since": command.since,
                "contact": _uuid(command.contact) if command.contact else None,
                "changed_at": now,
            }
        case _:
            pass


def _save_of_contact(rows: _Rows, command: SaveContact | SaveContactEnd | SaveDisposition) -> None:
    row = rows.contact.setdefault(command.contact, {"id": _uuid(command.contact)})
    if isinstance(command, SaveDisposition):
        row.update(disposition=command.disposition, disposed_at=command.at)
    else:  # what is no column there is passed over
        row.update(_fields(command))
        if isinstance(command, SaveContactEnd):
            row["customer_id"] = id_number(command.customer)


def _save_of_flow(rows: _Rows, command: SaveWalk | SaveVoicemail | SaveAnswer) -> None:
    match command:
        case SaveWalk():
            rows.ivr_walk.append(_with_uuid(command))
        case SaveVoicemail():
            voicemail = _fields(_with_uuid(command))
            rows.voicemail.append({**voicemail, "customer_id": id_number(command.customer)})
        case SaveAnswer():
            answer = _with_uuid(command)
            rows.survey_answer[answer.contact, answer.survey, answer.question] = answer


def _save_of_talk(rows: _Rows, command: SaveRecording | SaveMark) -> None:
    if isinstance(command, SaveRecording):
        rows.recording.append(_tape(_with_uuid(command)))
    else:
        rows.recording_mark.append(_with_uuid(command))


def _tape(tape: SaveRecording) -> dict[str, Any]:
    """A contact's talks are parts of one recording; anything else is a recording by itself."""
    source = tape.contact if tape.kind is Recorded.TALK else tape.file
    return {**_fields(tape), "source": source, "customer_id": id_number(tape.customer)}


_Kept = TypeVar(
    "_Kept",
    SaveSegment,
    SaveRecording,
    SaveMark,
    SaveQueueVisit,
    SaveWalk,
    SaveVoicemail,
    SaveAnswer,
)


def _with_uuid(command: _Kept) -> _Kept:
    contact = _uuid(command.contact)
    return command if contact == command.contact else replace(command, contact=ContactId(contact))


@lru_cache(maxsize=16_384)
def _uuid(contact: str) -> str:
    """The id as the database holds it.

    We make every contact's id, so it is a UUID. Should it be something else after all (it travels
    through the switch), the contact gets a name-based UUID (RFC 9562, version 5) made of it.
    """
    try:
        return str(UUID(contact))
    except ValueError:
        return str(uuid5(NAMESPACE_OID, contact.encode(errors="replace").decode()))


def _json(rows: Any) -> str:
    """JSON that PostgreSQL takes: text columns hold neither NUL nor lone surrogates."""
    try:
        encoded = orjson.dumps(rows).decode()
    except TypeError:
        return orjson.dumps(_clean(rows)).decode()
    return orjson.dumps(_clean(rows)).decode() if "\\u0000" in encoded else encoded


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    if is_dataclass(value):
        return _clean(_fields(value))
    return value


def _fields(command: Any) -> dict[str, Any]:
    return {one.name: getattr(command, one.name) for one in fields(command)}
