"""Tokens and the counting of attempts."""

from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.db.people import Role
from ccserver.web.attempts import Attempts
from ccserver.web.messages import Me
from ccserver.web.tokens import SESSION_HOURS, BadTokenError, Tokens, read_key

KEY = b"k" * 32
ME = Me(id="1", login="anna", name="Anna", role=Role.AGENT, agent="anna")


def test_a_token_says_who_came_and_runs_out() -> None:
    tokens = Tokens(KEY, minutes=15)
    issued = tokens.issue(ME, now=1000.0)
    assert tokens.read(issued.token, now=1000.0 + 899).me == ME
    with pytest.raises(BadTokenError):
        tokens.read(issued.token, now=1000.0 + 900)


def test_a_token_cannot_outlive_the_session() -> None:
    tokens = Tokens(KEY, minutes=15)
    end = 1000.0 + SESSION_HOURS * 3600
    assert tokens.issue(ME, now=end - 60, logged_in_at=1000.0).expires_at == end
    with pytest.raises(BadTokenError):
        tokens.issue(ME, now=end, logged_in_at=1000.0)


def test_a_link_is_to_one_recording_and_no_token() -> None:
    tokens = Tokens(KEY, minutes=15)
    session = tokens.read(tokens.issue(ME, now=1000.0).token, now=1000.0)
    link = tokens.link(session, 7, now=1000.0)
    assert tokens.read_link(link.token, 7, now=1299.0).me == ME
    assert link.expires_at == 1300.0
    with pytest.raises(BadTokenError, match="another recording"):
        tokens.read_link(link.token, 8, now=1299.0)
    with pytest.raises(BadTokenError, match="run out"):
        tokens.read_link(link.token, 7, now=1300.0)
    with pytest.raises(BadTokenError, match="not valid"):
        tokens.read(link.token, now=1001.0)
    with pytest.raises(BadTokenError, match="not valid"):
        tokens.read_link(tokens.issue(ME, now=1000.0).token, 7, now=1001.0)
    tokens.end(ME.id, now=1100.0)
    with pytest.raises(BadTokenError, match="logged out"):
        tokens.read_link(link.token, 7, now=1101.0)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "a.b.c",
        jwt.encode({"sub": "1"}, KEY, "HS256"),
        jwt.encode({"sub": "1", "iat": 1, "exp": 9e9, "auth_time": 1}, KEY, "HS256"),
        jwt.encode(
            {"sub": "1", "iat": 1, "exp": 9e9, "auth_time": 1, "me": {"id": 1}}, KEY, "HS256"
        ),
        jwt.encode(
            {"sub": "1", "iat": "x", "exp": 9e9, "auth_time": 1, "me": ME.model_dump()},
            KEY,
            "HS256",
        ),
        jwt.encode(
            {"sub": "1", "iat": 1, "exp": 9e9, "auth_time": 1, "me": ME.model_dump()},
            b"x" * 32,
            "HS256",
        ),
        jwt.encode(
            {"sub": "1", "iat": 1, "exp": 9e9, "auth_time": 1, "me": ME.model_dump()},
            "",
            "none",
        ),
    ],
    ids=["empty", "dots", "bare", "nobody", "bad-me", "bad-iat", "other-key", "unsigned"],
)
def test_a_forged_token_is_refused(forged: str) -> None:
    with pytest.raises(BadTokenError):
        Tokens(KEY, minutes=15).read(forged, now=1000.0)


def test_ending_a_person_s_tokens_spares_the_others_and_later_ones() -> None:
    tokens = Tokens(KEY, minutes=15)
    old = tokens.issue(ME, now=1000.0).token
    other = tokens.issue(ME.model_copy(update={"id": "2"}), now=1000.0).token
    tokens.end("1", now=1001.0)
    with pytest.raises(BadTokenError):
        tokens.read(old, now=1002.0)
    assert tokens.read(other, now=1002.0).me.id == "2"
    assert tokens.read(tokens.issue(ME, now=1002.0).token, now=1003.0).me == ME


def test_the_key_file_must_be_long_and_private(tmp_path: Path) -> None:
    path = tmp_path / "token.key"
    path.write_bytes(KEY)
    path.chmod(0o600)
    assert read_key(path) == KEY
    path.chmod(0o640)
    with pytest.raises(ValueError, match="chmod 600"):
        read_key(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="32"):
        read_key(path)
    with pytest.raises(ValueError, match="32"):
        Tokens(b"short", minutes=15)


def test_five_failures_close_the_account_for_a_while() -> None:
    attempts = Attempts(limit=5, window_seconds=900)
    for second in range(5):
        assert attempts.wait_seconds("anna", second) == 0
        attempts.begin("anna", second)
    assert attempts.wait_seconds("anna", 10) == 890
    assert attempts.wait_seconds("bob", 10) == 0
    assert attempts.wait_seconds("anna", 900) == 0


def test_a_success_counts_for_nothing() -> None:
    attempts = Attempts(limit=1, window_seconds=900)
    attempts.begin("anna", 1.0)
    attempts.take_back("anna", 1.0)
    attempts.take_back("anna", 1.0)
    assert attempts.wait_seconds("anna", 1.0) == 0


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 50))))
def test_attempts_are_bounded_in_memory(tries: list[tuple[str, int]]) -> None:
    attempts = Attempts(limit=3, window_seconds=10, keys_max=4)
    now = 0.0
    for key, pause in tries:
        now += pause
        if attempts.wait_seconds(key, now) == 0:
            attempts.begin(key, now)
        assert 0 <= attempts.wait_seconds(key, now) <= 10
    assert len(attempts._failures) <= 4
