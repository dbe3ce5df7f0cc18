"""What may be written, and how each mistake is told."""

import dataclasses

import pytest

from ccserver.config.check import ConfigError
from ccserver.config.fields import minutes_of
from ccserver.config.file import read
from ccserver.config.form import (
    CallbackForm,
    OverflowForm,
    QueueForm,
    RelaxationForm,
    RetentionRuleForm,
    SiteForm,
    TapingRuleForm,
    ValueForm,
)
from ccserver.core import rules, value
from ccserver.core.ids import Queue
from tests.config.samples import SMALL


@pytest.mark.parametrize(
    ("form", "core", "elsewhere"),
    [
        (QueueForm, rules.QueueRules, {"name", "open", "survey_share"}),
        (SiteForm, rules.SiteRules, {"taping", "taping_pause_max_seconds", "flags"}),
        (TapingRuleForm, rules.TapingRule, set()),
        (RetentionRuleForm, rules.RetentionRule, set()),
        (ValueForm, value.Weights, set()),
        (CallbackForm, rules.CallbackRules, set()),
        (OverflowForm, rules.Overflow, set()),
        (RelaxationForm, rules.Relaxation, set()),
    ],
)
def test_every_rule_of_the_core_can_be_written(
    form: type[QueueForm], core: type[rules.QueueRules], elsewhere: set[str]
) -> None:
    """What is for the desk alone, the core need not know."""
    fields = set(form.model_fields) - {"script", "auto_answer"}
    assert fields | elsewhere == {field.name for field in dataclasses.fields(core)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[queues.sales", "this is not TOML"),
        ("[queues.sales]\nring = 20", "`queues.sales.ring`: is not known here; take it out"),
        ("[queue.sales]", "`queue`: is not known here"),
        ("[queues.sales]\nring_seconds = 2", "`queues.sales.ring_seconds`: Input should be great"),
        ('[queues.sales]\nring_seconds = "x"', "it is now 'x', change it"),
        ("[queues.sales]\nsurvey = 'After talk'", "`queues.sales.survey`"),
        ("[queues.sales]\nweight = nan", "`queues.sales.weight`"),
        ("[queues.Sales]", "`queues.Sales`: is no name; use small letters"),
        ("[queues.sales]\nrequired = { engine = 6 }", "`queues.sales.required.engine`"),
        ("[queues.sales]\non_full = {}", "`queues.sales.on_full.way`: is missing; add it"),
        ("[queues.sales]\non_full.way = 'fly'", "'voicemail' or 'announcement'; it is now 'fly'"),
        ("[targets.tin]\nshare = 0.8\nseconds = 20", "`targets.tin`: Input should be 'platinum'"),
        ("[targets.gold]\nshare = 80\nseconds = 20", "`targets.gold.share`"),
        ("[agents.anna]\nlanguages = ['Chinese']", "`agents.anna.languages.0`"),
        ('[skills]\nengine = "a\\u0007b"', "`skills.engine`"),
        ("calendars = 3", "`calendars`"),
    ],
)
def test_a_mistake_is_told_by_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ('zone = "Mars/Olympus"', "`calendars.office.zone`: there is no time zone 'Mars/Olympus'"),
        ('zone = "../etc"', "there is no time zone"),
        ("", "`calendars.office.zone`: is missing"),
        ('zone = "UTC"\nweekly = { mo = [] }', "'mo' is no weekday; write mon … sun"),
        ('zone = "UTC"\nweekly = { fri-mon = [] }', "'fri-mon' ends before it begins"),
        ('zone = "UTC"\nweekly = { mon-tue = [], tue = [] }', "tue stands here twice"),
        ('zone = "UTC"\nweekly = 3', "`calendars.office.weekly`"),
        ('zone = "UTC"\nweekly = { mon = ["9-18"] }', "'9-18' is no time of day such as 09:00-18"),
        ('zone = "UTC"\nweekly = { mon = ["18:00-09:00"] }', "'18:00-09:00' ends before it begins"),
        (
            'zone = "UTC"\nweekly = { mon = ["12:00-18:00", "09:00-13:00"] }',
            "`calendars.office.weekly.mon`: 09:00-13:00 and 12:00-18:00 overlap",
        ),
        ('zone = "UTC"\nspecial = { 2026-02-30 = [] }', "'2026-02-30' is no day"),
        ('zone = "UTC"\nspecial = 3', "`calendars.office.special`"),
        (
            'zone = "UTC"\nspecial = { "2026-10-07/2026-10-01" = [] }',
            "'2026-10-07/2026-10-01' is no run of days",
        ),
        (
            'zone = "UTC"\nspecial = { "2026-10-01/2026-10-03" = [], 2026-10-02 = [] }',
            "2026-10-02 stands here twice",
        ),
    ],
)
def test_hours_that_cannot_be_are_told(hours: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(f"[calendars.office]\n{hours}")
    assert told in str(error.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        read("[queues.a]\nx = 1\n[queues.b]\ny = 1\n")
    assert len(error.value.faults) == 2


def test_runs_of_days_are_single_days() -> None:
    calendar = read(
        '[calendars.a]\nzone = "UTC"\nweekly = { sat = ["10:00-24:00"], mon-tue = [] }\n'
        'special = { "2026-12-31/2027-01-02" = [] }'
    ).calendars["a"]
    assert list(calendar.weekly) == ["mon", "tue", "sat"]
    assert list(calendar.special) == ["2026-12-31", "2027-01-01", "2027-01-02"]
    assert minutes_of("10:00-24:00") == (600, 1440)


def test_words_of_an_agent_have_one_order() -> None:
    anna = read("[agents.anna]\nlanguages = ['zh', 'en', 'zh']\nqueues = ['b', 'a']").agents["anna"]
    assert (anna.languages, anna.queues) == (("en", "zh"), ("a", "b"))


def test_the_small_sample_is_as_usual_where_it_says_nothing() -> None:
    form = read(SMALL)
    assert form.queues["sales"].ring_seconds == rules.QueueRules(name=Queue("")).ring_seconds
