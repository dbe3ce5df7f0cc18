"""Forms for judging talks, as files."""

from pathlib import Path

import pytest

from ccserver.config.check import ConfigError
from ccserver.config.evaluation import document_of, read, stored
from ccserver.core.evaluation import Answers, Form, Kind, score
from tests.config.samples import FOLDER

SMALL = """
name = "small"
title = "Small"
[[sections]]
name = "only"
title = "Only"
[[sections.questions]]
name = "greeting"
title = "Greets"
kind = "yes_no"
points = 5
"""


def sample() -> Form:
    return read((Path(FOLDER) / "talk_quality.toml").read_text(encoding="utf-8"))


def test_the_sample_is_good_and_adds_up_to_a_hundred() -> None:
    form = sample()
    assert {question.kind for question in form.questions} == set(Kind)
    best: Answers = {
        "greeting": True,
        "identity": True,
        "understood": 5,
        "knowledge": 5,
        "solved": "fully",
        "tone": 5,
        "listening": True,
        "respect": True,
        "summary": True,
    }
    whole = score(form, best)
    assert (whole.points, whole.points_max) == (100, 100)
    assert score(form, {**best, "respect": False}).failed


def test_a_form_that_was_stored_is_the_same() -> None:
    form = sample()
    assert stored(document_of(form)) == form
    assert document_of(form)["sections"][1]["weight"] == 2


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("name = ", "name : ", "this is not TOML"),
        ("yes_no", "maybe", "`sections.0.questions.0.kind`"),
        ("points = 5", "pionts = 5", "`sections.0.questions.0.pionts`"),
        ('name = "small"', "", "`name`: is missing"),
        ("points = 5", "points = 0", "`greeting`: earns nothing"),
    ],
)
def test_each_fault_says_where_it_is(old: str, new: str, fault: str) -> None:
    assert read(SMALL).name == "small"
    with pytest.raises(ConfigError, match=fault) as raised:
        read(SMALL.replace(old, new))
    assert raised.value.faults
