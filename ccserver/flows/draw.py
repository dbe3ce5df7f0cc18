"""A flow as a picture: DOT text, and the SVG that Graphviz makes of it."""

import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from math import sqrt
from typing import Protocol
from urllib.parse import quote

from ccserver.core.flow import Flow
from ccserver.core.ids import StepName
from ccserver.flows.outline import Box, Family, Texts, Way, lines_of, outline

SVG_SECONDS = 10.0
"""Graphviz takes 0.1 s for a flow of a hundred steps, 0.4 s for one of four hundred."""

_FONTS = "Helvetica Neue,Arial,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif"
_INK, _GREY, _LINE, _PALE = "#1c2430", "#667085", "#98a2b3", "#cfd8e3"
_PAPER, _RED = "#ffffff", "#d92d20"
_SIZE = 11
_COLUMNS, _LINES = 34, 3
"""What there is room for in a step."""
_WAY_COLUMNS = 30
_NAME_WIDTH = 100
"""Points; a longer name takes more."""


@dataclass(frozen=True, slots=True)
class _Colors:
    strong: str
    border: str
    fill: str


_PALETTE = {
    Family.SPEAK: _Colors("#1d5fbf", "#a9c5ee", "#f1f6fd"),
    Family.ASK: _Colors("#6139b8", "#c6b5ec", "#f6f2fd"),
    Family.DECIDE: _Colors("#a15c07", "#ecc88f", "#fef8ec"),
    Family.WORK: _Colors("#0e7569", "#9bd3cb", "#eef9f7"),
    Family.END: _Colors("#ffffff", "#243447", "#243447"),
}
_TINT, _RED_FROM = (0xF8, 0x98, 0x8C), 0.5
"""The fill of a step in which half of its callers hang up, or more."""


class StepFigures(Protocol):
    """What became of the callers of a step."""

    @property
    def entered(self) -> int: ...
    @property
    def left_here(self) -> int:
        """Those who hung up in it."""
        ...

    @property
    def went_on(self) -> Mapping[str, int]:
        """How the others left it, as `targets` names it -> how many."""
        ...


Figures = Mapping[StepName, StepFigures]
"""A step that is missing was entered by nobody."""


class DrawError(Exception):
    """A picture that cannot be made. The text says what to do about it."""


def svg(dot_text: str) -> bytes:
    """Have Graphviz lay it out. Raises DrawError. Blocks, up to SVG_SECONDS."""
    try:
        done = subprocess.run(
            ["dot", "-Tsvg"],  # noqa: S607 -- wherever the system has it
            input=dot_text.encode(),
            capture_output=True,
            check=True,
            timeout=SVG_SECONDS,
        )
    except FileNotFoundError:
        raise DrawError("Graphviz is not installed: install the package graphviz") from None
    except subprocess.TimeoutExpired:
        raise DrawError(
            f"Graphviz took longer than {SVG_SECONDS:.0f} s: the flow is too large for a picture"
        ) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise DrawError(f"Graphviz failed: {said}") from None
    return done.stdout


def dot(
    flow: Flow,
    *,
    texts: Texts | None = None,
    language: str = "",
    figures: Figures | None = None,
    link: Callable[[str], str] | None = None,
) -> str:
    """The flow as DOT. `language`: of the prompts' texts; empty: the flow's first.

    Steps are nodes named `step_<name>`, which is their id in the SVG too. A step that runs a part
    links to `link` of it, usually `<part>.svg`.
    """
    boxes = outline(flow, texts or {}, language or flow.languages[0])
    pen = _Pen(figures, link or (lambda part: f"{quote(part)}.svg"))
    lines = [
        f"digraph {_quoted(flow.name)} {{",
        f'graph [rankdir=TB, bgcolor="{_PAPER}", nodesep=0.35, ranksep=0.45, pad=0.3,'
        f' fontname="{_FONTS}", labelloc=t, labeljust=l, label={_title(flow, figures)}];',
        f'node [shape=plain, fontname="{_FONTS}", fontsize={_SIZE}, fontcolor="{_INK}"];',
        f'edge [fontname="{_FONTS}", fontsize=10, fontcolor="{_GREY}", color="{_LINE}",'
        " arrowsize=0.7, penwidth=1.1];",
        f'start [shape=circle, label="", width=0.18, style=filled, fillcolor="{_INK}",'
        f' color="{_INK}"];',
        f"start -> {_node(flow.start)};",
        *map(pen.node, boxes),
        *(line for box in boxes for line in pen.edges(box)),
        "}",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Pen:
    figures: Figures | None
    link: Callable[[str], str]

    # -- nodes

    def node(self, box: Box) -> str:
        """A step."""
        colors = _PALETTE[box.family]
        tip = f"{box.step}: {box.says}" if box.says else box.step
        looks = [f"id={_quoted(f'step_{box.step}')}", f"tooltip={_quoted(tip)}"]
        if box.part:
            looks.append(f"URL={_quoted(self.link(box.part))}")
        if box.family is Family.END:
            looks += [f"label=<{self._pill(box)}>", 'shape=box, style="rounded,filled"']
            looks += [f'fillcolor="{colors.fill}", color="{colors.border}", margin="0.18,0.06"']
        else:
            looks.append(f"label=<{self._card(box)}>")
        return f"{_node(box.step)} [{', '.join(looks)}];"

    def _card(self, box: Box) -> str:
        colors = _PALETTE[box.family]
        rows = [
            f'<TR><TD ALIGN="LEFT" WIDTH="{_NAME_WIDTH}"><B>{_html(box.step)}</B></TD>'
            f'<TD ALIGN="RIGHT">{_font(box.kind, colors.strong, 9)}</TD></TR>'
        ]
        if said := _lines(lines_of(_clean(box.says), _COLUMNS, _LINES)):
            said = f"<U>{said}</U>" if box.part else said
            rows.append(_row(_font(said, _GREY if box.family is Family.WORK else _INK)))
        if told := self._callers(box.step):
            rows.append(_row(f"<B>{_html(told)}</B>"))
        if _has_strip(box):
            cells = "".join(
                f'<TD PORT="w{place}" COLOR="{colors.border}" BGCOLOR="{_PAPER}">'
                f"{_font(_html(_short(way)), colors.strong, 10)}</TD>"
                for place, way in enumerate(box.ways)
            )
            strip = '<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="3" CELLPADDING="3">'
            rows.append(f'<TR><TD COLSPAN="2">{strip}<TR>{cells}</TR></TABLE></TD></TR>')
        return (
            f'<TABLE BORDER="{2 if box.part else 1}" CELLBORDER="0" CELLSPACING="0"'
            f' CELLPADDING="4" STYLE="ROUNDED" COLOR="{colors.border}"'
            f' BGCOLOR="{self._fill(box)}">{"".join(rows)}</TABLE>'
        )

    def _pill(self, box: Box) -> str:
        said = _lines(lines_of(_clean(box.says), _COLUMNS, 2))
        rows = [_font(f"<B>{_html(box.step)}</B>", _PAPER)]
        rows.append(_font(f"{box.kind}: {said}" if said else box.kind, _PALE))
        if told := self._callers(box.step):
            rows.append(_font(f"<B>{_html(told)}</B>", _PAPER))
        cells = "".join(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{row}</TD></TR>' for row in rows)
        return f'<TABLE BORDER="0" CELLSPACING="1" CELLPADDING="1">{cells}</TABLE>'

    def _seen(self, step: StepName) -> StepFigures | None:
        return None if self.figures is None else self.figures.get(step)

    def _callers(self, step: StepName) -> str:
        if self.figures is None:
            return ""
        seen = self._seen(step)
        if seen is None:
            return "0 callers"
        told = f"{seen.entered:,} callers"
        if seen.left_here:
            told += f" · {seen.left_here:,} left ({_percent(seen.left_here / seen.entered)})"
        return told

    def _fill(self, box: Box) -> str:
        plain, seen = _PALETTE[box.family].fill, self._seen(box.step)
        if seen is None or not seen.left_here:
            return plain
        share = min(1.0, seen.left_here / seen.entered / _RED_FROM)
        mixed = (
            round(int(plain[place : place + 2], 16) * (1 - share) + red * share)
            for place, red in zip((1, 3, 5), _TINT, strict=True)
        )
        return "#" + "".join(f"{part:02x}" for part in mixed)

    # -- edges

    def edges(self, box: Box) -> Iterator[str]:
        """The ways out of a step."""
        strip = _has_strip(box)
        for place, way in enumerate(box.ways):
            yield self._edge(box, way, f":w{place}:s" if strip else "", "" if strip else way.label)
        if box.error is not None:
            failing = Way(names=("error",), label="error", then=box.error)
            yield self._edge(box, failing, "", "error", f'style=dashed, color="{_RED}"')

    def _edge(self, box: Box, way: Way, port: str, label: str, looks: str = "") -> str:
        tip = _quoted(f"{box.step}: {way.label or 'then'} → {way.then}")
        told, more = [label] * bool(label), [looks] * bool(looks)
        if self.figures is not None:
            seen = self._seen(box.step)
            went_on = seen.went_on if seen else {}
            count = sum(went_on.get(name, 0) for name in way.names)
            told.append(f"{count:,}")
            more.append(f"penwidth={1 + 4 * sqrt(count / self._most()):.1f}")
        if told:
            more.append(f"label={_quoted('  ' + ' '.join(told))}")
        if looks:
            more.append(f'fontcolor="{_RED}"')
        attributes = ", ".join((f"tooltip={tip}, labeltooltip={tip}", *more))
        return f"{_node(box.step)}{port} -> {_node(way.then)} [{attributes}];"

    def _most(self) -> int:
        return max(1, *(seen.entered for seen in (self.figures or {}).values()), 1)


def _has_strip(box: Box) -> bool:
    """Whether its ways stand below it, each in a cell of its own."""
    return box.family is not Family.END and any(way.label for way in box.ways)


def _short(way: Way) -> str:
    return " ".join(lines_of(_clean(way.label), _WAY_COLUMNS, 1))


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "below 1%"


def _row(inside: str) -> str:
    return f'<TR><TD COLSPAN="2" ALIGN="LEFT" BALIGN="LEFT">{inside}</TD></TR>'


def _font(inside: str, color: str, size: int = _SIZE) -> str:
    return f'<FONT COLOR="{color}" POINT-SIZE="{size}">{inside}</FONT>'


def _lines(lines: Iterable[str]) -> str:
    return "<BR/>".join(_html(line) for line in lines)


def _title(flow: Flow, figures: Figures | None) -> str:
    told = [flow.name] if flow.title else []
    told += [f"version {flow.version}"] if flow.version else []
    told += (
        ["the redder a step, the larger the share of its callers who hung up in it"]
        if figures
        else []
    )
    lines = [_font(f"<B>{_html(flow.title or flow.name)}</B>", _INK, 16)]
    lines += [_font(_html(" · ".join(told)), _GREY)] if told else []
    return "<" + "".join(f'{line}<BR ALIGN="LEFT"/>' for line in lines) + ">"


def _node(step: StepName) -> str:
    return _quoted(f"step_{step}")


def _quoted(text: str) -> str:
    """A string of DOT, in which nothing is an escape."""
    inside = _clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def _html(text: str) -> str:
    """A text in a label, which may not be empty there."""
    # Here too Graphviz knows escapes, such as \N for the node's name, and none for a backslash: a
    # space without width keeps it from being one.
    shown = escape(_clean(text) or " ").replace("\\", "\\\u200b")
    # Graphviz refuses a text that begins with the end of a CDATA section, or what could be one.
    return shown.replace("]", "&#93;")


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
