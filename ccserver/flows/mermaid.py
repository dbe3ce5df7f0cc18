"""A flow as a Mermaid flowchart, for documents that draw it themselves."""

from collections.abc import Iterator

from ccserver.core.flow import Flow
from ccserver.flows.outline import Box, Family, Texts, Way, lines_of, outline

_COLUMNS = 34


def mermaid(flow: Flow, *, texts: Texts | None = None, language: str = "") -> str:
    """The flowchart. `language`: of the prompts' texts; empty: the flow's first."""
    boxes = outline(flow, texts or {}, language or flow.languages[0])
    lines = [
        "flowchart TD",
        f"  start(( )) --> {_node(flow.start)}",
        *(f"  {_node(box.step)}{_shape(box)}" for box in boxes),
        *(f"  {line}" for box in boxes for line in _ways(box)),
    ]
    return "\n".join(lines) + "\n"


def _shape(box: Box) -> str:
    said = lines_of(box.says, _COLUMNS, 2)
    label = "<br/>".join(map(_safe, (f"{box.kind}: {box.step}", *said)))
    match box.family:
        case Family.END:
            return f'(["{label}"])'
        case Family.DECIDE:
            return f'{{{{"{label}"}}}}'
        case _ if box.part:
            return f'[["{label}"]]'
        case _:
            return f'["{label}"]'


def _ways(box: Box) -> Iterator[str]:
    for way in box.ways:
        yield _way(box, way, "-->")
    if box.error is not None:
        yield _way(box, Way(names=("error",), label="error", then=box.error), "-.->")


def _way(box: Box, way: Way, arrow: str) -> str:
    label = f'|"{_safe(way.label)}"|' if way.label else ""
    return f"{_node(box.step)} {arrow}{label} {_node(way.then)}"


def _node(step: str) -> str:
    """A name that is no word of Mermaid's own, such as `end`."""
    return "step_" + "".join(
        letter if letter.isascii() and (letter.isalnum() or letter == "_") else f"x{ord(letter):x}"
        for letter in step
    )


def _safe(text: str) -> str:
    """A text in which nothing is markup: what could be stands as `#code;`."""
    return "".join(letter if _is_plain(letter) else f"#{ord(letter)};" for letter in text)


def _is_plain(letter: str) -> bool:
    if letter.isascii():
        return letter.isalnum() or letter in " _.,-=:?!/(){}+"
    return letter.isprintable()
