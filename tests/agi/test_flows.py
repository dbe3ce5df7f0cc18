"""Flows out of TOML files."""

import tomllib
from pathlib import Path

import pytest

from ccserver.agi import flows
from ccserver.agi.flows import FlowError
from ccserver.core.ids import Queue, StepName
from ccserver.core.ivr import Menu

FLOWS = Path(__file__).parents[2] / "ivr_flows"
QUEUES = ["sales", "service", "operator"]

GOOD = """
start = "hello"
languages = ["zh"]
operator = "operator"
[steps.hello]
kind = "say"
prompts = ["hello"]
then = "lang"
[steps.lang]
kind = "language"
language = "zh"
then = "known"
[steps.known]
kind = "branch"
on = "known"
cases = { yes = "bye" }
otherwise = "menu"
[steps.menu]
kind = "menu"
prompts = ["menu"]
keys = { 1 = "bye" }
otherwise = "person"
[steps.person]
kind = "queue"
queue = "operator"
[steps.bye]
kind = "goodbye"
"""


def read(folder: Path, text: str) -> None:
    path = folder / "test.toml"
    path.write_text(text, encoding="utf-8")
    flows.read(path, queues=QUEUES)


def test_the_hotline_is_a_flow() -> None:
    hotline = flows.load(FLOWS, queues=QUEUES)["hotline"]
    assert hotline.operator == Queue("operator")
    menu = hotline.steps[StepName("menu")]
    assert isinstance(menu, Menu)
    assert dict(menu.keys) == {"1": "sales", "2": "service", "0": "operator"}
    assert flows.prompts_of(hotline) == {"welcome", "menu", "invalid", "no_input", "connecting"}


def test_every_prompt_of_the_hotline_has_its_words() -> None:
    texts = tomllib.loads((FLOWS / "prompts.toml").read_text(encoding="utf-8"))
    hotline = flows.load(FLOWS, queues=QUEUES)["hotline"]
    for prompt in flows.prompts_of(hotline):
        assert set(hotline.languages) <= texts[prompt].keys()


def test_queues_can_be_held_against_the_flows_later() -> None:
    loaded = flows.load(FLOWS)
    leads = "the flow `hotline`"
    assert flows.used_queues(loaded) == {"sales": leads, "service": leads, "operator": leads}
    flows.require_queues(loaded, QUEUES)
    with pytest.raises(FlowError) as raised:
        flows.require_queues(loaded, {"sales", "service"})
    assert str(raised.value).splitlines() == [
        "flow `hotline`: `operator`: there is no queue `operator`; take one of: sales, service",
        "flow `hotline`: step `operator`: there is no queue `operator`;"
        " take one of: sales, service",
    ]


def test_every_kind_of_step_can_be_written(tmp_path: Path) -> None:
    read(tmp_path, GOOD)


def test_a_folder_without_flows_says_so(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="put at least one"):
        flows.load(tmp_path, queues=QUEUES)


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ('start = "hello"', "start = ", r"test\.toml: not TOML: .* mend that line"),
        ('start = "hello"', 'start = "hi"', r"`start`: there is no step `hi`; name one"),
        ('start = "hello"', "", r"`start`: is missing; add it"),
        ('operator = "operator"', 'operator = "x"', r"`operator`: there is no queue `x`; take one"),
        ('["zh"]', "[]", r"`languages`: .*change it"),
        ('then = "lang"', 'then = "nowhere"', r"step `hello`: leads to `nowhere`; add"),
        ('then = "lang"', 'then = "known"', r"step `lang`: nothing leads here; link it"),
        ('then = "lang"', "", r"step `hello`, `then`: is missing; add it"),
        ('then = "lang"', 'then = "lang"\nvolume = 3', r"step `hello`, `volume`: is not known"),
        ('kind = "goodbye"', 'kind = "dance"', r"step `bye`: .*dance.* change it"),
        ('keys = { 1 = "bye" }', 'keys = { 12 = "bye" }', r"step `menu`, `keys.*change it"),
        ('queue = "operator"', 'queue = "ghosts"', r"step `person`: there is no queue `ghosts`"),
        ('language = "zh"', 'language = "fr"', r"step `lang`: `fr` is not in `languages`; add"),
        ("{ yes =", "{ maybe =", r"step `known`: `known` is never `maybe`; take one of: yes, no"),
        ('on = "known"', 'on = "tier"', r"never `yes`; take one of: platinum, gold, silver"),
        ('on = "known"', 'on = "language"', r"never `yes`; take one of: zh"),
    ],
)
def test_each_fault_names_file_step_and_what_to_do(
    tmp_path: Path, good: str, bad: str, message: str
) -> None:
    assert good in GOOD
    with pytest.raises(FlowError, match=message) as raised:
        read(tmp_path, GOOD.replace(good, bad, 1))
    assert all("test.toml" in line for line in str(raised.value).splitlines())
