"""Lines wait on disk: in order, across a kill, within bounds."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.db.spool import Spool, SpoolFullError


def drain(spool: Spool) -> list[bytes]:
    lines = []
    while (line := spool.first()) is not None:
        lines.append(line)
        spool.taken(line)
    return lines


def numbered(count: int) -> list[bytes]:
    return [b'{"n":%d}\n' % n for n in range(count)]


def test_lines_come_back_in_order_and_the_folder_is_empty(tmp_path: Path) -> None:
    spool = Spool(tmp_path, file_bytes=50)
    for line in numbered(100):
        spool.append(line)
    assert len(list(tmp_path.iterdir())) > 10
    assert drain(spool) == numbered(100)
    assert spool.empty
    assert spool.size_bytes == 0
    assert list(tmp_path.iterdir()) == []


def test_the_next_run_finds_what_a_killed_one_left(tmp_path: Path) -> None:
    killed = Spool(tmp_path, file_bytes=50)
    for line in numbered(20):
        killed.append(line)
    killed.close()
    heir = Spool(tmp_path, file_bytes=50)
    heir.append(b"last\n")
    assert drain(heir) == [*numbered(20), b"last\n"]


def test_a_line_that_a_power_cut_shortened_is_passed_over(tmp_path: Path) -> None:
    cut = Spool(tmp_path)
    for line in numbered(3):
        cut.append(line)
    cut.close()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    heir = Spool(tmp_path)
    heir.append(b"new\n")
    assert drain(heir) == [*numbered(2), b"new\n"]


def test_a_full_spool_says_no_and_takes_more_when_there_is_room(tmp_path: Path) -> None:
    spool = Spool(tmp_path, size_max_bytes=20, file_bytes=10)
    spool.append(b"123456789\n")
    spool.append(b"123456789\n")
    with pytest.raises(SpoolFullError):
        spool.append(b"1\n")
    spool.taken(spool.first() or b"")
    spool.append(b"1\n")
    assert drain(spool) == [b"123456789\n", b"1\n"]


@given(st.lists(st.one_of(st.none(), st.binary(max_size=30).filter(lambda b: b"\n" not in b))))
def test_appending_and_taking_in_any_order_is_a_queue(steps: list[bytes | None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spool, waiting = Spool(Path(folder), file_bytes=40), list[bytes]()
        for step in steps:
            if step is not None:
                spool.append(step + b"\n")
                waiting.append(step + b"\n")
            else:
                first = spool.first()
                assert first == (waiting.pop(0) if waiting else None)
                if first is not None:
                    spool.taken(first)
            assert spool.empty == (not waiting)
        assert drain(spool) == waiting
