"""Flows as pictures, by a real Graphviz."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccserver.core.ids import StepName
from ccserver.core.steps import Branch, CallOut, Case, Menu, RunPart, Say, Step, text_of
from ccserver.flows import draw
from ccserver.flows.draw import DrawError, dot, svg
from ccserver.flows.files import read_folder
from tests.core.walks import HELLO, flow, step

MENU = Menu(
    prompts=(HELLO,),
    keys={"1": step("sales"), "2": step("ask")},
    otherwise=step("bye"),
    timeout_seconds=5,
)
ASK = RunPart(flow="plate", values={}, into={}, then=step("out"))
OUT = CallOut(to=text_of("+1"), ring_seconds=9, otherwise=step("bye"))
HOTLINE = flow(
    {"menu": MENU, "ask": ASK, "out": OUT},
    on_error={step("ask"): step("bye")},
    title="Hotline <1>",
    version=3,
)
TEXTS = {"hello": {"zh": "您好", "en": "Hello"}}


@dataclass(frozen=True, kw_only=True)
class StepFigures:
    """What became of the callers of a step."""

    entered: int
    left_here: int
    went_on: Mapping[str, int] = field(default_factory=dict)


def drawn(text: str) -> ET.Element:
    """The picture."""
    return ET.fromstring(svg(text))


def words(picture: ET.Element) -> list[str]:
    """All that can be read in it."""
    return [(one.text or "").strip() for one in picture.iter("{http://www.w3.org/2000/svg}text")]


def line_of(text: str, beginning: str) -> str:
    """The line of DOT that begins so."""
    [line] = [line for line in text.splitlines() if line.startswith(beginning)]
    return line


def test_every_step_is_in_the_picture_with_what_it_says() -> None:
    picture = drawn(dot(HOTLINE, texts=TEXTS))
    read = words(picture)
    assert {"menu", "您好", "1", "2", "otherwise", "plate", "sales", "bye", "error"} <= set(read)
    assert "Hotline <1>" in read
    assert "test · version 3" in read
    ids = {one.get("id") for one in picture.iter() if (one.get("id") or "").startswith("step_")}
    assert ids == {"step_menu", "step_ask", "step_out", "step_sales", "step_bye"}
    assert "Hello" in words(drawn(dot(HOTLINE, texts=TEXTS, language="en")))
    assert "[hello]" in words(drawn(dot(HOTLINE)))


def test_all_flows_that_we_ship_can_be_drawn() -> None:
    shelf = read_folder(Path("ivr_flows"))
    assert shelf.flows
    for one in shelf.flows.values():
        read = words(drawn(dot(one, texts=shelf.texts)))
        assert set(one.steps) <= set(read), one.name


def test_edges() -> None:
    text = dot(HOTLINE)
    edges = re.findall(r'(?m)^"step_(\w+)"(:w\d:s)? -> "step_(\w+)"', text)
    assert edges == [
        ("menu", ":w0:s", "sales"),
        ("menu", ":w1:s", "ask"),
        ("menu", ":w2:s", "bye"),
        ("ask", "", "out"),
        ("ask", "", "bye"),
        ("out", "", "bye"),
    ]
    failing = line_of(text, '"step_ask" -> "step_bye"')
    assert "style=dashed" in failing
    assert 'label="  error"' in failing
    assert 'label="  otherwise"' in line_of(text, '"step_out" -> ')
    assert 'tooltip="menu: 1 → sales"' in line_of(text, '"step_menu":w0:s')


def test_ends_have_a_shape_of_their_own() -> None:
    text = dot(HOTLINE)
    assert "rounded,filled" in line_of(text, '"step_sales" [')
    assert "rounded,filled" not in line_of(text, '"step_menu" [')


def test_a_part_is_a_link() -> None:
    [link] = [
        found
        for one in drawn(dot(HOTLINE)).iter("{http://www.w3.org/2000/svg}a")
        if (found := one.get("{http://www.w3.org/1999/xlink}href"))
    ]
    assert link == "plate.svg"
    assert 'URL="/flows/plate?x=\\"1\\""' in dot(HOTLINE, link='/flows/{}?x="1"'.format)


def test_figures_are_told_and_tinted() -> None:
    figures = {
        step("menu"): StepFigures(
            entered=1200, left_here=300, went_on={"key 1": 400, "key 2": 0, "otherwise": 500}
        ),
        step("sales"): StepFigures(entered=400, left_here=1),
        step("out"): StepFigures(entered=10, left_here=10),
    }
    text = dot(HOTLINE, figures=figures)
    read = words(drawn(text))
    assert "1,200 callers · 300 left (25%)" in read
    assert "400 callers · 1 left (below 1%)" in read
    assert "0 callers" in read
    assert any("the redder a step" in word for word in read)
    assert 'label="  400"' in line_of(text, '"step_menu":w0:s')
    assert 'label="  otherwise 0"' in line_of(text, '"step_out" -> ')

    def fill(one: str) -> str:
        [color, *_] = re.findall(r'BGCOLOR="(#\w+)"', line_of(text, f'"step_{one}" ['))
        return str(color)

    plain = re.findall(r'BGCOLOR="(#\w+)"', line_of(dot(HOTLINE), '"step_menu" ['))[0]
    assert fill("menu") != plain
    wide = re.findall(r"penwidth=([\d.]+)", text.partition("start ->")[2])
    assert float(wide[0]) > float(wide[1]) == 1.0


@settings(max_examples=20)
@given(st.text(max_size=30), st.text(max_size=60))
@example("", "]")
def test_no_text_can_be_more_than_text(name: str, said: str) -> None:
    begin = StepName(name)
    steps: dict[str, Step] = {
        name: Say(prompts=(HELLO,), then=StepName(f"{name}2")),
        f"{name}2": Branch(
            on=said, cases=(Case(then=begin, one_of=frozenset({said})),), otherwise=step("bye")
        ),
    }
    nasty = flow(steps, title=said, name=name)
    picture = drawn(dot(nasty, texts={"hello": {"zh": said}}))
    nodes = [one for one in picture.iter() if one.get("class") == "node"]
    assert len(nodes) == 5  # with the start, sales and bye


NASTY = (
    '"]; evil [label="x"]; //',
    "</TD></TR></TABLE>><IMG SRC='/etc/passwd'/>",
    "<script>alert(1)</script>&amp;&lt;",
    "\\N \\G \\\\ \\n {a|b}",
    "\x00\x07]]>\ud800\ufffe",
)


@pytest.mark.parametrize("nasty", NASTY)
def test_no_text_is_markup(nasty: str) -> None:
    name = StepName(nasty)
    picture = drawn(
        dot(
            flow({name: Say(prompts=(HELLO,), then=name)}, title=nasty),
            texts={"hello": {"zh": nasty}},
        )
    )
    tags = {one.tag.rpartition("}")[2] for one in picture.iter()}
    assert tags <= {"svg", "g", "a", "title", "text", "path", "polygon", "ellipse"}
    assert len([one for one in picture.iter() if one.get("class") == "node"]) == 4
    seen = " ".join(words(picture)).replace(" ", "").replace("\u200b", "")
    assert "".join(one for one in nasty if one.isprintable()).replace(" ", "")[:20] in seen


def test_graphviz_that_is_missing_fails_or_hangs_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(DrawError, match="syntax error"):
        svg("digraph {")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DrawError, match="install the package graphviz"):
        svg("digraph {}")
    hanging = tmp_path / "dot"
    hanging.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(draw, "SVG_SECONDS", 0.2)
    with pytest.raises(DrawError, match="too large for a picture"):
        svg("digraph {}")
