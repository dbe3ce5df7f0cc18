"""Flows out of a folder of TOML files."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ccserver.core.flow import Row
from ccserver.core.flow_check import Known
from ccserver.core.ids import Prompt, Queue, StepName
from ccserver.core.steps import Menu
from ccserver.flows.document import Document, flow_of
from ccserver.flows.faults import FlowError
from ccserver.flows.files import Shelf, read, read_folder, read_text

HOTLINE = """\
start = "menu"
languages = ["zh", "en"]
operator = "operator"
zone = "Asia/Shanghai"

[steps.menu]
kind = "menu"
prompts = ["menu"]
keys = { 1 = "hours", 2 = "plate" }
timeout_seconds = 5
otherwise = "operator"

[steps.hours]
kind = "hours"
calendar = "office"
open = "station"
closed = "bye"

[steps.station]
kind = "table"
table = "stations"
key = "{caller.area_code}"
into = { station = "name" }
found = "operator"
otherwise = "bye"

[steps.plate]
kind = "part"
flow = "plate"
values = { hint = "x" }
into = { plate = "result" }
then = "attach"

[steps.attach]
kind = "attach"
data = { Plate = "{plate}" }
then = "operator"

[steps.operator]
kind = "queue"
queue = "operator"

[steps.bye]
kind = "goodbye"

[[test]]
name = "who presses nothing reaches a person"
keys = "-,-,-"
ends = "queue operator"
"""
PLATE = """\
start = "ask"
role = "part"
languages = ["zh", "en"]
operator = "operator"
parameters = ["hint"]

[steps.ask]
kind = "digits"
prompts = ["plate"]
into = "result"
length = 4
then = "done"
otherwise = "bye"

[steps.done]
kind = "return"

[steps.bye]
kind = "goodbye"
"""
PROMPTS = """\
menu = { zh = "请按一。", en = "Press one." }
plate = { zh = "车牌号。", en = "Your plate." }
"""
CALENDARS = """\
[office]
zone = "Asia/Shanghai"
[office.weekly]
mon-fri = ["09:00-18:00"]

[unused]
zone = "UTC"
"""
STATIONS = """\
[[row]]
prefixes = ["010"]
name = "Beijing"
"""
WHOLE = {
    "hotline.toml": HOTLINE,
    "plate.toml": PLATE,
    "prompts.toml": PROMPTS,
    "words.toml": 'w_0 = { en = "zero" }',
    "calendars.toml": CALENDARS,
    "tables/stations.toml": STATIONS,
    "tables/unused.toml": STATIONS,
}


def put(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """The whole folder with one thing in one file different."""
    text = WHOLE[name]
    assert old in text
    return put(folder, {**WHOLE, name: text.replace(old, new)})


def faults(folder: Path, known: Known | None = None) -> list[str]:
    """Those of the folder, without its path."""
    with pytest.raises(FlowError) as found:
        read_folder(folder, known=known or Known())
    assert str(found.value) == "\n".join(found.value.faults)
    return [fault.removeprefix(f"{folder}/") for fault in found.value.faults]


def line(text: str, what: str) -> int:
    return text[: text.index(what)].count("\n") + 1


# -- what is whole


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return read_folder(put(tmp_path, WHOLE))


def test_a_folder_becomes_flows_with_all_that_they_need(shelf: Shelf) -> None:
    assert set(shelf.flows) == {"hotline", "plate"}
    hotline = shelf.flows["hotline"]
    assert hotline.parts == {"plate": shelf.flows["plate"]}
    assert hotline.calendars["office"].zone == "Asia/Shanghai"
    assert hotline.tables["stations"] == (Row(("010",), {"name": "Beijing"}),)
    assert isinstance(hotline.steps[StepName("menu")], Menu)
    assert hotline.version == 0


def test_tests_and_texts_come_along(shelf: Shelf) -> None:
    (test,) = shelf.tests["hotline"]
    assert (test.presses, test.ends) == (("-", "-", "-"), "queue operator")
    assert shelf.tests["plate"] == ()
    assert shelf.texts["plate"] == {"zh": "车牌号。", "en": "Your plate."}
    assert shelf.texts["w_0"] == {"en": "zero"}


def test_a_document_stands_for_itself_and_gives_the_same_flow(shelf: Shelf) -> None:
    document = shelf.documents["hotline"]
    assert document.text == HOTLINE
    assert set(document.calendars) == {"office"}
    assert set(document.tables) == {"stations"}
    kept = Document.model_validate(document.model_dump(mode="json"))
    assert kept == document
    assert Document.model_validate_json(document.model_dump_json()) == document
    again = flow_of(kept, "hotline", 7, shelf.flows)
    assert again.version == 7
    assert (again.steps, again.parts) == (
        shelf.flows["hotline"].steps,
        shelf.flows["hotline"].parts,
    )
    assert again.calendars == {"office": shelf.flows["hotline"].calendars["office"]}
    assert again.tables["stations"] == shelf.flows["hotline"].tables["stations"]


def test_a_document_that_cannot_be_walked_any_more(shelf: Shelf) -> None:
    with pytest.raises(FlowError, match=r"hotline: runs the part `plate`; publish that one too"):
        flow_of(shelf.documents["hotline"], "hotline", 7, {})
    with pytest.raises(FlowError, match=r"hotline:1: `start`: is missing; add it"):
        flow_of(Document(text=""), "hotline", 7, {})


# -- one file, or a text


def test_a_file_alone_is_read_with_what_stands_beside_it(tmp_path: Path) -> None:
    shelf = read([put(tmp_path, WHOLE) / "hotline.toml"])
    assert set(shelf.flows) == set(shelf.tests) == set(shelf.documents) == {"hotline"}
    assert set(shelf.flows["hotline"].parts) == {"plate"}


def test_of_a_file_alone_only_its_own_faults_count_and_those_of_its_parts(tmp_path: Path) -> None:
    put(tmp_path, {**WHOLE, "other.toml": "x", "plate.toml": PLATE.replace("bye", "by", 1)})
    assert set(read([put(tmp_path, {"plate.toml": PLATE}) / "hotline.toml"]).flows) == {"hotline"}
    put(tmp_path, {"plate.toml": PLATE.replace('"bye"', '"by"')})
    with pytest.raises(FlowError) as found:
        read([tmp_path / "hotline.toml"])
    assert [fault.partition(".toml:")[0] for fault in found.value.faults] == [
        f"{tmp_path}/plate",
        f"{tmp_path}/plate",
    ]
    put(tmp_path, {"plate.toml": "start = 1"})
    with pytest.raises(FlowError, match=r"plate.toml:1: `start`: must be a text"):
        read([tmp_path / "hotline.toml"])


def test_files_of_several_folders(tmp_path: Path) -> None:
    one, two = put(tmp_path / "one", WHOLE), put(tmp_path / "two", WHOLE)
    put(two, {"other.toml": HOTLINE})
    assert set(read([one / "hotline.toml", two / "other.toml"]).flows) == {"hotline", "other"}
    with pytest.raises(FlowError, match=r"two/hotline.toml: has the name of another"):
        read([one / "hotline.toml", two / "hotline.toml"])
    with pytest.raises(FlowError, match=r"one/nothing.toml: is not here, or is no flow"):
        read([one / "nothing.toml"])


def test_a_text_is_read_as_if_it_stood_in_the_folder(tmp_path: Path) -> None:
    folder = put(tmp_path, WHOLE)
    shelf = read_text("hotline", HOTLINE.replace("Asia/Shanghai", "UTC"), folder)
    assert set(shelf.flows) == {"hotline"}
    assert shelf.flows["hotline"].zone == "UTC"
    with pytest.raises(FlowError) as found:
        read_text("new", HOTLINE.replace('"bye"', '"by"'), folder)
    assert [fault.partition(": ")[0] for fault in found.value.faults] == [
        "new.toml:17",
        "new.toml:25",
        "new.toml:43",
    ]
    with pytest.raises(FlowError, match=r"New.toml:1: a flow's name has small letters"):
        read_text("New", HOTLINE, folder)


def test_a_text_is_read_among_others_that_go_before_the_folders(tmp_path: Path) -> None:
    folder = put(tmp_path, {**WHOLE, "plate.toml": "x"})
    shelf = read_text("hotline", HOTLINE, folder, others={"plate": PLATE, "hotline": "x"})
    assert set(shelf.flows) == {"hotline"}
    assert set(shelf.flows["hotline"].parts) == {"plate"}
    with pytest.raises(FlowError, match=r"^plate.toml:1: this is not TOML"):
        read_text("hotline", HOTLINE, folder, others={"plate": "y"})


# -- what cannot be read


def test_an_empty_folder_holds_no_flow(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"no flow here; put at least one <name>.toml into it"):
        read_folder(put(tmp_path, {"prompts.toml": PROMPTS}))


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, {**WHOLE, "a.toml": "\nstart == 1\n", "b.toml": "start = [\n"})
    assert faults(tmp_path) == [
        "a.toml:2: this is not TOML: Invalid value; mend that line",
        "b.toml:2: this is not TOML: Invalid value; mend that line",
    ]


def test_what_is_no_utf_8_is_told(tmp_path: Path) -> None:
    (put(tmp_path, WHOLE) / "a.toml").write_bytes(b"\xff")
    assert faults(tmp_path) == ["a.toml:1: is not UTF-8: invalid start byte; save it as that"]


def test_a_file_must_be_called_like_a_flow(tmp_path: Path) -> None:
    (told,) = faults(put(tmp_path, {**WHOLE, "My-flow.toml": PLATE}))
    assert told.startswith("My-flow.toml:1: a flow's name has small letters, digits and _")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "calendars.toml",
            'zone = "UTC"',
            'zoen = "UTC"',
            [
                "calendars.toml:6: `unused.zone`: is missing; add it",
                "calendars.toml:7: `unused.zoen`: there is no key `zoen`; perhaps `zone` was meant",
            ],
        ),
        (
            "calendars.toml",
            "09:00-18:00",
            "18:00-09:00",
            [
                "calendars.toml:3: `office.weekly`: '18:00-09:00' ends before it begins; past"
                " midnight write two: the rest of the day until 24:00, and the next day from 00:00"
            ],
        ),
        (
            "tables/stations.toml",
            '["010"]',
            '["010", "010"]',
            ["tables/stations.toml:1: has 010 more than once; keep one of each"],
        ),
        (
            "tables/stations.toml",
            '"Beijing"',
            "1",
            [
                "tables/stations.toml:3: `row.0.name`: must be a text, in quotes; it is now 1,"
                " change it"
            ],
        ),
        (
            "prompts.toml",
            'en = "Press one."',
            "en = 1",
            ["prompts.toml:1: `menu.en`: must be a text, in quotes; it is now 1, change it"],
        ),
    ],
)
def test_what_stands_beside_the_flows_is_told_alone(
    tmp_path: Path, name: str, old: str, new: str, said: list[str]
) -> None:
    """Else each step that reads it would seem wrong too."""
    assert faults(changed(tmp_path, name, old, new)) == said


# -- what is well-formed and still cannot work


def test_each_fault_has_its_file_line_step_and_key(tmp_path: Path) -> None:
    changed(tmp_path, "hotline.toml", '2 = "plate"', '2 = "plat"')
    assert faults(tmp_path) == [
        "hotline.toml:9: step `menu`, `keys.2`: there is no step `plat`; perhaps `plate` was meant",
        "hotline.toml:27: step `plate`: nothing leads here; link it or take it out",
        "hotline.toml:34: step `attach`: nothing leads here; link it or take it out",
    ]


def test_faults_of_all_flows_are_told_at_once(tmp_path: Path) -> None:
    put(tmp_path, {**WHOLE, "plate.toml": PLATE.replace("length = 4", "lenght = 4")})
    put(tmp_path, {"hotline.toml": HOTLINE.replace('"{plate}"', '"{plat}"')})
    assert faults(tmp_path) == [
        "hotline.toml:36: step `attach`, `data.Plate`: there is no value `plat`;"
        " perhaps `plate` was meant",
        "plate.toml:11: step `ask`, `lenght`: there is no key `lenght`; perhaps `length` was meant",
    ]


def test_the_clock_needs_a_zone(tmp_path: Path) -> None:
    (told,) = faults(changed(tmp_path, "hotline.toml", 'zone = "Asia/Shanghai"', ""))
    assert told == (
        "hotline.toml:1: `zone`: is missing: step `hours` reads the clock;"
        ' add one, such as "Asia/Shanghai"'
    )


def test_what_is_known_beside_the_folder_is_held_against_it(tmp_path: Path) -> None:
    put(tmp_path, WHOLE)
    known = Known(queues=frozenset((Queue("operators"),)))
    assert faults(tmp_path, known) == [
        "hotline.toml:3: `operator`: there is no queue `operator`; perhaps `operators` was meant",
        "hotline.toml:41: step `operator`, `queue`: there is no queue `operator`;"
        " perhaps `operators` was meant",
        "plate.toml:4: `operator`: there is no queue `operator`; perhaps `operators` was meant",
    ]


def test_a_prompt_has_a_text_or_is_recorded(tmp_path: Path) -> None:
    changed(tmp_path, "prompts.toml", ', en = "Press one."', "")
    told = "prompt `menu` is missing in en; record it, or add its text to prompts.toml"
    assert faults(tmp_path) == [f"hotline.toml:8: step `menu`, `prompts`: {told}"]
    recorded = Known(prompts={"en": frozenset((Prompt("menu"),))})
    assert read_folder(tmp_path, known=recorded).flows
    (tmp_path / "prompts.toml").unlink()
    (tmp_path / "words.toml").unlink()
    assert read_folder(tmp_path).texts == {}
    assert len(faults(tmp_path, recorded)) > 1


def test_parts_may_come_from_elsewhere(tmp_path: Path) -> None:
    folder = put(tmp_path, WHOLE)
    plate = read_folder(folder).flows["plate"]
    (folder / "plate.toml").unlink()
    assert [fault.partition(": ")[2] for fault in faults(folder)] == [
        "step `plate`, `flow`: there is no part `plate`, nor any other; add it"
    ]
    known = Known(flows={"plate": plate})
    assert read_folder(folder, known=known).flows["hotline"].parts == {"plate": plate}


def test_parts_in_a_circle_are_told_and_not_linked(tmp_path: Path) -> None:
    run = '[steps.ask]\nkind = "part"\nflow = "{}"\nthen = "done"\n'
    head = PLATE.partition("[steps.ask]")[0].replace('parameters = ["hint"]\n', "")
    rest = '[steps.done]\nkind = "return"\n'
    put(tmp_path, {f"{n}.toml": head + run.format(o) + rest for n, o in (("a", "b"), ("b", "a"))})
    told = "parts run each other in a circle"
    assert [told in fault for fault in faults(tmp_path)] == [True, True]


def test_the_shape_of_a_part_of_a_part(tmp_path: Path) -> None:
    put(tmp_path, {**WHOLE, "plate.toml": PLATE.replace('then = "done"', 'then = "more"') + """
[steps.more]
kind = "part"
flow = "inner"
then = "done"
""", "inner.toml": PLATE.replace('parameters = ["hint"]\n', "")})  # fmt: skip
    flows = read_folder(tmp_path).flows
    assert flows["hotline"].parts["plate"].parts["inner"] == flows["inner"]
