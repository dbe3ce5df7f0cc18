"""Ids."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ids import uuid7


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_an_id_is_a_uuid_of_version_7_with_its_instant(ms: int, luck: int) -> None:
    made = UUID(uuid7(ms / 1000, luck))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == ms


def test_later_ids_sort_later() -> None:
    assert uuid7(1.0, 2**74 - 1) < uuid7(1.001, 0)
