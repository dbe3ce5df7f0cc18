"""Records that are quick to make and to change a copy of: the core lives by the million.

A frozen dataclass guards itself at run time, which makes building one three times as slow (ten
fields: 1.9 against 0.5 µs), and `dataclasses.replace` looks its fields up anew each time (2.6
against 0.7 µs). mypy holds the same promise for all of the house before it ever runs, so `quick`
takes the guard away and writes both methods out for the class. Types, equality, hash and fields
stay as `dataclass` made them.
"""

from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, TypeVar

T = TypeVar("T")

_COPIERS: dict[type, object] = {}

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(record, /, **changes):
        """A copy with other values: `dataclasses.replace`, checked by mypy as that."""
        copy = _COPIERS[type(record)](record)
        for name, value in changes.items():
            setattr(copy, name, value)
        return copy


def quick(kind: type[T]) -> type[T]:
    """Speed up a frozen dataclass with slots, written below this decorator."""
    made: tuple[Field[object], ...] = fields(kind)  # type: ignore[arg-type]
    assert all(one.default_factory is MISSING for one in made), "defaults are plain values"
    names = [one.name for one in made]
    defaults = {f"_{one.name}": one.default for one in made if one.default is not MISSING}
    only_named = "*, " if names and made[0].kw_only else ""
    parameters = ", ".join(f"{n}=_{n}" if f"_{n}" in defaults else n for n in names)
    setting = "; ".join(f"self.{n} = {n}" for n in names) or "pass"
    copying = "; ".join(f"copy.{n} = self.{n}" for n in names) or "pass"
    lines = (
        f"def __init__(self, {only_named if names else ''}{parameters}): {setting}",
        "def copied(self):",
        "    copy = new(kind)",
        f"    {copying}",
        "    return copy",
    )
    space: dict[str, object] = {**defaults, "new": object.__new__, "kind": kind}
    exec("\n".join(lines), space)  # noqa: S102 -- of names that stand in our own classes
    kind.__init__ = space["__init__"]  # type: ignore[assignment]
    _COPIERS[kind] = space["copied"]
    for guard in ("__setattr__", "__delattr__"):
        delattr(kind, guard)
    return kind
