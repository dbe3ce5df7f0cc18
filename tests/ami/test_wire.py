"""The AMI codec."""

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.ami.errors import AmiProtocolError, UnsafeHeaderError
from ccserver.ami.wire import (
    BANNER_BYTES_MAX,
    LINE_BYTES_MAX,
    UNFINISHED_BYTES_MAX,
    Decoder,
    Headers,
    Message,
    encode,
)

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
WANTED = ("UserEvent", "Hangup")

TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=20)
VALUES = TEXT.filter(lambda value: not value.startswith(" "))
NAMES = st.text("ABCDEFabcdef", min_size=1, max_size=8)
BODY = st.lists(st.tuples(NAMES, VALUES), max_size=5)
EVENTS = st.tuples(st.sampled_from([*WANTED, "VarSet", "Newexten"]), BODY)


def written(name: str, body: list[tuple[str, str]]) -> bytes:
    lines = [("Event", name), *body]
    return "".join(f"{k}: {v}\r\n" for k, v in lines).encode() + b"\r\n"


def decoder() -> Decoder:
    fresh = Decoder(WANTED)
    assert fresh.feed(BANNER) == []
    return fresh


def shown(messages: list[Message]) -> list[list[tuple[str, str]]]:
    return [list(message.headers()) for message in messages]


# -- bytes to messages


@given(st.lists(EVENTS, max_size=5), st.integers(1, 7))
def test_messages_survive_any_cut(
    events: list[tuple[str, list[tuple[str, str]]]], size: int
) -> None:
    stream = BANNER + b"".join(written(name, body) for name, body in events)
    cut = Decoder(WANTED)
    pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
    messages = [message for piece in pieces for message in cut.feed(piece)]
    assert shown(messages) == [[("Event", n), *body] for n, body in events if n in WANTED]
    assert cut.version == "11.0.0"
    assert cut.passed_over + len(messages) == len(events)


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
def test_what_is_read_does_not_depend_on_the_cuts(noise: bytes, cuts: list[int]) -> None:
    # Noise of the bytes that matter makes more trouble than noise of any bytes.
    stream = BANNER + bytes(b"\r\n\r\nEvent: HangupResponse"[byte % 25] for byte in noise)
    whole, cut = Decoder(WANTED), Decoder(WANTED)
    edges = [0, *sorted(min(c, len(stream)) for c in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    at_once = whole.feed(stream)
    in_pieces = [message for piece in pieces for message in cut.feed(piece)]
    assert shown(in_pieces) == shown(at_once)
    assert (cut.passed_over, cut.strays) == (whole.passed_over, whole.strays)


@given(
    st.lists(EVENTS, min_size=1, max_size=5),
    st.lists(
        st.tuples(st.sampled_from(["flip", "drop", "double"]), st.integers(0), st.integers(1, 255))
    ),
    st.integers(1, 64),
)
def test_corrupt_bytes_raise_nothing_but_a_protocol_error(
    events: list[tuple[str, list[tuple[str, str]]]], faults: list[tuple[str, int, int]], size: int
) -> None:
    stream = bytearray(BANNER + b"".join(written(name, body) for name, body in events))
    for kind, where, mask in faults:
        at = where % len(stream)
        if kind == "flip":
            stream[at] ^= mask
        elif kind == "double":
            stream[at:at] = stream[at : at + mask]
        elif len(stream) > mask:
            del stream[at : at + mask]
    hurt = Decoder(WANTED)
    hurt.listing = True
    try:
        for i in range(0, len(stream), size):
            for message in hurt.feed(bytes(stream[i : i + size])):
                assert message.event or message.response
                for name, _ in message.headers():
                    assert message.get(name) == (message.all(name) or [""])[0] or name == "Event"
    except AmiProtocolError:
        pass


def test_a_message_without_end_is_refused_before_it_fills_the_memory() -> None:
    endless = decoder()
    piece = b"Variable: x\r\n" * 1000
    for _ in range(UNFINISHED_BYTES_MAX // len(piece)):
        assert endless.feed(piece) == []
    with pytest.raises(AmiProtocolError):
        endless.feed(piece)


def test_a_long_message_in_small_pieces_costs_no_more_than_its_length() -> None:
    patient = decoder()
    patient.feed(b"Event: Hangup\r\nValue: ")
    for _ in range(UNFINISHED_BYTES_MAX // 16 - 10):
        patient.feed(b"0123456789abcdef")
    (message,) = patient.feed(b"\r\n\r\n")
    assert len(message.get("Value")) > 1_000_000


@pytest.mark.parametrize(
    "hello",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\r\n",
        b"Asterisk Call Manager/" + b"1" * BANNER_BYTES_MAX,
    ],
    ids=["http", "ssh", "empty", "endless"],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_what_does_not_begin_as_ami_is_refused(hello: bytes, size: int) -> None:
    stranger = Decoder(WANTED)
    pieces = [hello[i : i + size] for i in range(0, len(hello), size)]
    with pytest.raises(AmiProtocolError):
        deque(map(stranger.feed, pieces), maxlen=0)


def test_a_banner_without_a_number_is_still_one() -> None:
    vague = Decoder(WANTED)
    vague.feed(b"Asterisk Call Manager/\r\n")
    assert vague.version == "unknown"


def test_utf_8_cut_in_the_middle_of_a_character_is_whole_again() -> None:
    halves = decoder()
    data = written("UserEvent", [("Name", "李雷")])
    at = data.index("李".encode()) + 1
    assert halves.feed(data[:at]) == []
    (message,) = halves.feed(data[at:])
    assert message.get("Name") == "李雷"


def test_latin_1_keeps_every_byte_and_spoils_no_other_header() -> None:
    (message,) = decoder().feed(b"Event: Hangup\r\nA: M\xfcller\r\nB: \xe6\x9d\x8e\r\n\r\n")
    assert message.get("A") == "Müller"
    assert message.get("B") == "李"
    assert dict(message.headers())["A"] == "Müller"


def test_events_that_no_one_wants_are_counted_and_dropped() -> None:
    busy = decoder()
    assert busy.feed(written("VarSet", [("Variable", "x")]) * 3 + b"Event: Newexten\r\n\r\n") == []
    assert busy.passed_over == 4


def test_an_answering_event_is_read_only_while_a_list_is_awaited() -> None:
    item = b"Event: CoreShowChannel\r\nChannel: x\r\nActionID: 7\r\n\r\n"
    asking = decoder()
    assert asking.feed(item) == []
    asking.listing = True
    (message,) = asking.feed(item)
    assert message.get("ActionID") == "7"


def test_an_empty_line_too_many_and_text_that_is_no_message_are_passed_over() -> None:
    lenient = decoder()
    messages = lenient.feed(
        b"\r\nResponse: Goodbye\r\n\r\n\r\n\r\nwhat?\r\n\r\nEvent: Hangup\r\n\r\n"
    )
    assert [(m.response, m.event, m.ok) for m in messages] == [
        ("Goodbye", "", True),
        ("", "Hangup", False),
    ]
    assert lenient.strays == 1


# -- one message


def test_the_first_of_repeated_headers_wins_and_all_are_kept() -> None:
    (message,) = decoder().feed(b"Response: Success\r\nVariable: a=1\r\nvariable: b=2\r\n\r\n")
    assert message.get("Variable") == "a=1"
    assert message.all("Variable") == ["a=1", "b=2"]
    assert message.all("Nothing") == []


def test_names_compare_without_case_and_values_keep_theirs() -> None:
    message = Message(b"Event: Hangup\r\nUniqueid: AbC.1\r\nEmpty: \r\nBare:x")
    assert message.get("UNIQUEID") == "AbC.1"
    assert (message.get("Empty", "-"), message.get("Bare"), message.get("No", "-")) == (
        "",
        "x",
        "-",
    )


def test_a_value_cannot_forge_what_the_message_is_nor_whom_it_answers() -> None:
    event = Message(
        b"Event: UserEvent\r\nUniqueid: 1.1\r\nName: bob\r\nEvent: Hangup\r\nResponse: Success\r\n"
        b"Uniqueid: 9.9"
    )
    assert (event.event, event.response, event.get("Event")) == ("UserEvent", "", "UserEvent")
    assert event.get("Uniqueid") == "1.1"
    reply = Message(b"Response: Error\r\nActionID: 7\r\nValue: bob\r\nEvent: Hangup\r\nActionID: 8")
    assert (reply.event, reply.get("Event"), reply.response, reply.ok) == ("", "", "Error", False)
    assert reply.get("ActionID") == "7"


def test_the_outcome_of_an_originate_is_an_event_with_a_response_in_it() -> None:
    message = Message(b"Event: OriginateResponse\r\nActionID: 7\r\nResponse: Failure")
    assert (message.event, message.response, message.get("Response")) == (
        "OriginateResponse",
        "",
        "Failure",
    )
    assert not message.ok


@pytest.mark.parametrize(
    ("text", "stamp"), [("1700000000.250000", 1_700_000_000.25), ("", None), ("nan", None)]
)
def test_a_stamp_is_seconds_or_nothing(text: str, stamp: float | None) -> None:
    assert Message(b"Event: Hangup\r\nTimestamp: " + text.encode()).stamp == stamp


def test_a_message_shows_nothing_of_a_person() -> None:
    assert repr(Message(b"Event: Hangup\r\nCallerIDNum: 4711")) == "<Message Hangup>"


# -- messages to bytes


@given(st.dictionaries(NAMES, VALUES | st.lists(VALUES, min_size=1, max_size=3), min_size=1))
def test_what_is_written_is_read_back(headers: dict[str, str | list[str]]) -> None:
    (message,) = decoder().feed(b"Response: Success\r\n" + encode(headers))
    flat = [(k, one) for k, v in headers.items() for one in ([v] if isinstance(v, str) else v)]
    assert list(message.headers()) == [("Response", "Success"), *flat]


@pytest.mark.parametrize(
    "headers",
    [
        {"Channel": "x\r\nAction: Originate"},
        {"Channel": "x\n"},
        {"Channel": "x\r"},
        {"Channel": "x\0"},
        {"Variable": ["a=1", "b=\r\n\r\nAction: Originate"]},
        {"Variable: x\r\nAction": "Originate"},
        {"Action: Originate": ""},
        {"": "x"},
        {"Channel": "half \ud83d"},
        {"Value": "x" * LINE_BYTES_MAX},
        {"Value": "李" * (LINE_BYTES_MAX // 3)},
    ],
    ids=[
        *("crlf", "lf", "cr", "nul", "in_a_list", "in_a_name", "colon_in_a_name", "no_name"),
        *("surrogate", "long", "long_in_bytes"),
    ],
)
def test_what_would_break_out_of_its_line_is_refused_without_repeating_it(headers: Headers) -> None:
    with pytest.raises(UnsafeHeaderError) as refused:
        encode({"Action": "Setvar", **headers})
    assert "Originate" not in str(refused.value) or any("Originate" in name for name in headers)


def test_the_longest_line_that_asterisk_reads_is_allowed() -> None:
    line = encode({"Value": "x" * (LINE_BYTES_MAX - len("Value: "))})
    assert len(line) == LINE_BYTES_MAX + 4
