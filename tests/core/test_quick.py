"""Quick records are dataclasses in everything but the time they take."""

from dataclasses import dataclass, fields
from dataclasses import replace as slow_replace

import pytest

from ccserver.core.quick import quick, replace


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    name: str
    value: float = 0.5
    keys: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class Pair:
    left: int
    right: int = 2


@quick
@dataclass(frozen=True, slots=True)
class Nothing:
    """Has no fields."""


def test_they_are_made_like_dataclasses() -> None:
    assert Card(name="li") == Card(name="li", value=0.5, keys=())
    assert Pair(1) == Pair(1, 2)
    assert Nothing() == Nothing()
    assert repr(Pair(1)) == "Pair(left=1, right=2)"
    assert len({Card(name="a"), Card(name="a"), Card(name="b")}) == 2
    assert [one.name for one in fields(Card)] == ["name", "value", "keys"]


def test_what_is_missing_or_unknown_is_refused() -> None:
    with pytest.raises(TypeError, match="name"):
        Card()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="nmae"):
        Card(nmae="li")  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        replace(Card(name="li"), nmae="x")  # type: ignore[call-arg]


def test_a_changed_copy_leaves_the_old_one_as_it_was() -> None:
    card = Card(name="li")
    assert replace(card, value=0.9) == Card(name="li", value=0.9) == slow_replace(card, value=0.9)
    assert card.value == 0.5
    assert replace(Pair(1), left=3) == Pair(3, 2)
    assert replace(Nothing()) == Nothing()
