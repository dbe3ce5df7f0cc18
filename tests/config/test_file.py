"""The file says what the form says, and people can read it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.config.check import ConfigError, require
from ccserver.config.fields import WEEKDAYS
from ccserver.config.file import located, read, write
from ccserver.config.form import CalendarForm, ConfigForm
from tests.config.samples import SAMPLES, sample, small

SPANS = st.sampled_from([(), ("09:00-18:00",), ("00:00-08:00", "20:00-24:00")])
DATES = st.integers(0, 20).map(lambda n: str(date(2026, 9, 25) + timedelta(days=n)))
CALENDARS = st.builds(
    CalendarForm,
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]),
    weekly=st.dictionaries(st.sampled_from(WEEKDAYS), SPANS),
    special=st.dictionaries(DATES, SPANS),
)


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_written_reads_the_same(name: str) -> None:
    text = write(sample(name))
    assert read(text) == sample(name)
    assert write(read(text)) == text


@given(st.dictionaries(st.sampled_from(["office", "night", "a-b_c"]), CALENDARS))
def test_no_day_is_lost_in_a_run(calendars: dict[str, CalendarForm]) -> None:
    form = ConfigForm(calendars=calendars)
    assert read(write(form)) == form


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True),
        st.text(st.characters(codec="utf-8", exclude_characters="\x7f", min_codepoint=32)),
    ),
)
def test_titles_survive(titles: dict[str, str]) -> None:
    form = ConfigForm(skills={name: title[:80] for name, title in titles.items()})
    assert read(write(form)) == form


def test_a_fault_is_told_with_its_line() -> None:
    text = """[site]
spare_agents = -1
[queues.sales]
required = { engine = 9 }
[[queues.sales.relax]]
after_seconds = 9
required = {}
[[queues.sales.relax]]
after_seconds = 0
required = {}
[agents."li.wei"]
team = "Day"
targets.gold.share = 2
"""
    with pytest.raises(ConfigError) as error:
        read(text)
    assert [fault.partition(": ")[0] for fault in error.value.faults] == [
        "line 2", "line 4", "line 9", "line 12", "line 13"
    ]  # fmt: skip
    with pytest.raises(ConfigError) as error:
        require(read("[queues.sales]\nhours = 'x'"), used={"b": "a flow"}, people=None)
    located_faults = located("[queues.sales]\nhours = 'x'", error.value).faults
    assert [fault.startswith("line 2: `queues.sales.hours`") for fault in located_faults] == [
        False,
        True,
    ]


def test_days_that_follow_each_other_stand_in_one_line() -> None:
    text = write(small())
    assert 'mon-fri = ["09:00-12:00", "13:00-18:00"]' in text
    assert '"2026-02-15/2026-02-23" = []' in write(sample("car_maker"))


def test_what_is_as_usual_is_left_out() -> None:
    assert write(read("[queues.sales]\nring_seconds = 20")).endswith("\n[queues.sales]\n")


def test_a_login_that_is_no_bare_key_is_quoted() -> None:
    form = read('[agents."li.wei@example.com"]\nteam = "day"')
    assert '[agents."li.wei@example.com"]' in write(form)
    assert read(write(form)) == form


def test_a_wrong_rule_for_recordings_is_told_with_its_line() -> None:
    text = """[recording]
pause_max_seconds = 1
[[recording.rules]]
taping = "sometimes"
[[recording.rules]]
taping = "always"
share = 1.5
[[retention.rules]]
days = 0
kinds = ["talk"]
"""
    with pytest.raises(ConfigError) as error:
        read(text)
    assert [fault.partition(": ")[0] for fault in error.value.faults] == [
        "line 2", "line 4", "line 7", "line 9", "line 10"
    ]  # fmt: skip
    assert all("change it" in fault for fault in error.value.faults)


def test_rules_for_recordings_stand_in_the_file_in_their_order() -> None:
    text = write(sample("car_maker"))
    assert text.count("[[recording.rules]]") == 4
    assert text.index("[[recording.rules]]") < text.index("[[retention.rules]]")
    assert read(text) == sample("car_maker")


def test_what_the_desk_offers_and_the_floor_watches_reads_the_same() -> None:
    text = """[dispositions.sold]
title = "Sold"
flags = ["completed", "sale"]
queues = ["sales"]

[scripts.hello]
text = "Hello {name},\\nhow are you?"

[thresholds.busy]
figure = "waiting"
above = 5
webhook = true
"""
    form = read(text)
    assert form.scripts["hello"].text == "Hello {name},\nhow are you?"
    assert write(form).endswith(text)
