"""Parts of a file, as RFC 9110 wants them."""

import pytest

from ccserver.web.ranges import UnsatisfiableError, content_range, wanted_range


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=2-5", (2, 6)),
        ("bytes=2-", (2, 10)),
        ("bytes=2-99", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("Bytes= 1-2 ", (1, 3)),
    ],
)
def test_one_range_is_a_part(asked: str, part: tuple[int, int]) -> None:
    assert wanted_range(asked, 10) == part


@pytest.mark.parametrize(
    "asked",
    [
        *(None, "", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1"),
        *(
            "bytes=a-b",
            "bytes=²-3",
            f"bytes={'9' * 19}-",
        ),
    ],
)
def test_what_is_no_single_range_is_the_whole(asked: str | None) -> None:
    assert wanted_range(asked, 10) is None


@pytest.mark.parametrize(("asked", "size"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0)])
def test_a_range_beyond_the_end_cannot_be_had(asked: str, size: int) -> None:
    with pytest.raises(UnsatisfiableError):
        wanted_range(asked, size)


def test_a_part_is_told_with_its_last_byte() -> None:
    assert content_range(2, 6, 10) == "bytes 2-5/10"
