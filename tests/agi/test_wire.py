"""The AGI codec."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ccserver.agi.wire import (
    COMMAND_BYTES_MAX,
    NOTICES_MAX,
    REPLY_BYTES_MAX,
    AgiProtocolError,
    Dialogue,
    Environment,
    HangupNotice,
    Message,
    Reply,
    UnsafeCommandError,
    _read_environment,
    encode,
)
from tests.agi.asterisk import environment


def opened(block: bytes | None = None) -> tuple[Dialogue, Environment]:
    """A dialogue whose environment has been read."""
    dialogue = Dialogue()
    (message,) = dialogue.feed(environment() if block is None else block)
    assert isinstance(message, Environment)
    return dialogue, message


def reply_to(raw: bytes) -> list[Message]:
    """What one command gets for an answer."""
    dialogue, _ = opened()
    dialogue.ask("NOOP")
    return dialogue.feed(raw)


# -- environment


def test_the_environment_says_who_calls_and_what_was_dialed() -> None:
    _, read = opened()
    assert read == Environment(
        script="call",
        channel="PJSIP/trunk-00000007",
        uniqueid="1732240000.7",
        language="en",
        caller="13800138000",
        context="cc-arrival",
        extension="4001",
        arguments=("4001",),
    )


@pytest.mark.parametrize(
    "text",
    [
        "x\nagi_uniqueid: 9.9\nagi_network_script: steal\nagi_channel: PJSIP/1001-1\nagi_type: y",
        "x\nagi_arg_1: 9999\nagi_arg_2: more\nagi_context: from-agents\nagi_extension: 666",
        "x\n\n200 result=1\nagi_threadid: 1\n\n",
        "x\nagi_threadid: 1\nagi_arg_1: 9999\n\n200 result=49\n",
        'bob,Event: X\r\nAction: Originate\r\n\r\n"${SHELL(id)}',
        "\n" * 60,
        "x" * 10_000,
        "HANGUP\nHANGUP",
    ],
    ids=["early", "late", "blank", "threadid", "ami", "blanks", "long", "hangup"],
)
@pytest.mark.parametrize("where", ["caller", "name", "rdnis"])
def test_a_caller_can_forge_nothing_that_is_read_elsewhere(text: str, where: str) -> None:
    forged = environment(**{where: text})
    dialogue, read = opened(forged)
    honest = opened()[1]
    assert (read.script, read.channel, read.uniqueid, read.language) == (
        (honest.script, honest.channel, honest.uniqueid, honest.language)
    )
    assert (read.context, read.extension) == (honest.context, honest.extension)
    assert read.arguments == honest.arguments
    dialogue.ask("NOOP")
    assert dialogue.feed(b"200 result=0\n") == [Reply(200, "0")]


def test_a_number_with_line_breaks_is_kept_whole() -> None:
    assert opened(environment(caller="1\n\n2"))[1].caller == "1\n\n2"


def test_a_number_may_stand_last() -> None:
    """Asterisk sends the name behind it; without that the block would not end."""
    assert _read_environment([b"agi_callerid: 1"]).caller == "1"


def test_without_arguments_there_are_none() -> None:
    assert opened(environment(arguments=()))[1].arguments == ()


@pytest.mark.parametrize(
    "block",
    [b"agi_x: y\n" * 201, b"agi_x: " + b"y" * 70_000 + b"\n", b"y" * 70_000],
    ids=["lines", "bytes", "one"],
)
def test_an_environment_that_does_not_end_is_refused(block: bytes) -> None:
    with pytest.raises(AgiProtocolError):
        Dialogue().feed(block)


# -- replies


@pytest.mark.parametrize(
    ("raw", "reply"),
    [
        (b"200 result=0\n", Reply(200, "0")),
        (b"200 result=-1 endpos=0\n", Reply(200, "-1", None, 0)),
        (b"200 result=49 endpos=12345\n", Reply(200, "49", None, 12345)),
        (b"200 result=1 (gold)\n", Reply(200, "1", "gold")),
        (b"200 result=1 (hangup)\n", Reply(200, "1", "hangup")),
        (b"200 result=1 (a\nHANGUP\nb)\n", Reply(200, "1", "a\nHANGUP\nb")),
        (b"200 result=1 ()\n", Reply(200, "1", "")),
        (b"200 result=1 (a (b) c)\n", Reply(200, "1", "a (b) c")),
        (b"200 result= (timeout)\n", Reply(200, "", "timeout")),
        (b"200 result=49 (dtmf) endpos=80\n", Reply(200, "49", "dtmf", 80)),
        (b"100 Trying...\n200 result=0\n", Reply(200, "0")),
        (b"510 Invalid or unknown command\n", Reply(510, text="510 Invalid or unknown command")),
        (b"511 Command Not Permitted\n", Reply(511, text="511 Command Not Permitted")),
        (b"520 Invalid\n", Reply(520, text="520 Invalid")),
        (
            b"520-Invalid\nUsage: X\n200 result=0\nHANGUP\n520 End of proper usage.\n",
            Reply(
                520,
                text="520-Invalid\nUsage: X\n200 result=0\nHANGUP\n520 End of proper usage.",
            ),
        ),
        (b"200 result=1 (\xff)\n", Reply(200, "1", "\ufffd")),
    ],
)
def test_every_form_of_reply_is_read(raw: bytes, reply: Reply) -> None:
    assert reply_to(raw) == [reply]


def test_a_hangup_may_stand_between_command_and_reply() -> None:
    assert reply_to(b"HANGUP\n200 result=0\n") == [HangupNotice(), Reply(200, "0")]


def test_a_hangup_may_come_unasked() -> None:
    assert opened()[0].feed(b"HANGUP\n") == [HangupNotice()]


@pytest.mark.parametrize(
    "raw",
    [
        b"hello\n",
        b"\n",
        b"200\n",
        b"200 result=0\n200 result=1\n",
        b"200 result=1 (a)\nb)\n",
        b"HANGUP\n" * (NOTICES_MAX + 1),
        b"100 Trying\n" * (NOTICES_MAX + 1),
        b"200 result=1 (" + b"x" * REPLY_BYTES_MAX,
        b"200 result=1 (" + b"x\n" * REPLY_BYTES_MAX,
        b"520-\n" + b"x\n" * REPLY_BYTES_MAX,
    ],
    ids=["word", "empty", "bare", "two", "tail", "hup", "trying", "value", "lines", "usage"],
)
def test_what_is_not_agi_is_refused(raw: bytes) -> None:
    with pytest.raises(AgiProtocolError):
        reply_to(raw)


def test_a_reply_that_no_command_asked_for_is_refused() -> None:
    dialogue, _ = opened()
    with pytest.raises(AgiProtocolError):
        dialogue.feed(b"200 result=49\n")


# -- any cut, any damage

REPLIES = st.sampled_from(
    [
        b"200 result=%d\n",
        b"200 result=%d endpos=8000\n",
        b"200 result=%d (value)\n",
        b"200 result=%d (many\nlines)\n",
        b"100 Trying...\n200 result=%d\n",
        b"HANGUP\n200 result=%d\n",
        b"520-usage\nof %d\n520 End of proper usage.\n",
        b"511 Command %d not permitted\n",
    ]
)


def number_of(reply: Reply) -> int:
    """Which command the reply was made for."""
    found = re.search(r"\d+", reply.result or reply.text[4:])
    assert found is not None
    return int(found[0])


@given(st.lists(REPLIES, max_size=5), st.integers(1, 40))
def test_messages_survive_any_cut(forms: list[bytes], size: int) -> None:
    dialogue = Dialogue()
    block = environment()
    read: list[Message] = []
    for start in range(0, len(block), size):
        read += dialogue.feed(block[start : start + size])
    assert len(read) == 1
    for number, form in enumerate(forms):
        dialogue.ask("NOOP")
        raw = form % number
        got: list[Message] = []
        for start in range(0, len(raw), size):
            got += dialogue.feed(raw[start : start + size])
        replies = [message for message in got if isinstance(message, Reply)]
        assert [number_of(reply) for reply in replies] == [number]


DAMAGE = st.tuples(st.sampled_from(["flip", "drop", "double"]), st.floats(0, 0.999))


def damaged(raw: bytes, kind: str, place: float) -> bytes:
    at = int(len(raw) * place)
    match kind:
        case "flip":
            return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        case "drop":
            return raw[:at] + raw[at + 1 :]
        case _:
            return raw[: at + 1] + raw[at:]


@given(st.lists(st.tuples(REPLIES, DAMAGE), min_size=1, max_size=6), st.integers(1, 200))
def test_damage_never_gives_one_commands_answer_to_another(
    script: list[tuple[bytes, tuple[str, float]]], size: int
) -> None:
    dialogue, _ = opened()
    for number, (form, (kind, place)) in enumerate(script, 1):
        dialogue.ask("NOOP")
        # The number is made long, so that no damage to one byte makes it another command's.
        mark = number * 111_111
        raw = damaged(form % mark, kind, place)
        got: list[Message] = []
        try:
            for start in range(0, len(raw), size):
                got += dialogue.feed(raw[start : start + size])
        except AgiProtocolError:
            return
        replies = [message for message in got if isinstance(message, Reply)]
        assert len(replies) <= 1
        if not replies:
            return  # the session waits until its time limit and is closed
        others = {str(other * 111_111) for other in range(1, 7)} - {str(mark)}
        assert (replies[0].result or replies[0].text) not in others


@given(st.lists(st.tuples(st.sampled_from(["flip", "drop", "double"]), st.floats(0, 0.999))))
def test_a_damaged_environment_raises_only_its_own_error(
    damages: list[tuple[str, float]],
) -> None:
    raw = environment()
    for kind, place in damages:
        raw = damaged(raw, kind, place)
    try:
        messages = Dialogue().feed(raw)
    except AgiProtocolError:
        return
    assert len(messages) <= 1


@given(st.lists(st.binary(max_size=300), max_size=20), st.booleans())
def test_noise_raises_only_its_own_error(chunks: list[bytes], after_environment: bool) -> None:
    dialogue = opened()[0] if after_environment else Dialogue()
    if after_environment:
        dialogue.ask("NOOP")
    try:
        for chunk in chunks:
            dialogue.feed(chunk)
    except AgiProtocolError:
        return


# -- commands


def read_as_asterisk(line: bytes) -> list[str]:
    """Asterisk's own reading of a command line: res_agi.c, parse_args."""
    words: list[str] = []
    quoted = escaped = False
    space = True
    for char in line.decode().removesuffix("\n"):
        if char == '"' and not escaped:
            quoted = not quoted
            if quoted and space:
                words.append("")
                space = False
        elif char in " \t" and not quoted and not escaped:
            space = True
        elif char == "\\" and not escaped:
            escaped = True
            continue
        else:
            if space:
                words.append("")
                space = False
            words[-1] += char
        escaped = False
    return words


@given(st.lists(st.text(max_size=60), max_size=5))
def test_asterisk_reads_what_was_written_or_it_is_refused(arguments: list[str]) -> None:
    unsafe = any(c in argument for argument in arguments for c in "\r\n\0")
    assume(not any("\ud800" <= c <= "\udfff" for argument in arguments for c in argument))
    if unsafe:
        with pytest.raises(UnsafeCommandError):
            encode("VERBOSE", *arguments)
    else:
        assert read_as_asterisk(encode("VERBOSE", *arguments)) == ["VERBOSE", *arguments]


def test_a_command_that_asterisk_would_cut_in_two_is_refused() -> None:
    room = COMMAND_BYTES_MAX - len(encode("NOOP", ""))
    assert len(encode("NOOP", "x" * room)) == COMMAND_BYTES_MAX
    with pytest.raises(UnsafeCommandError):
        encode("NOOP", "x" * (room + 1))
