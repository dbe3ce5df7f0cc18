"""What differs is told thing by thing and field by field."""

from ccserver.config.check import form_of
from ccserver.config.diff import FieldChange, Sign, changes, revision_of, tables_of, things_of
from ccserver.config.file import read
from tests.config.samples import SAMPLES, sample, small


def told(old: str, new: str) -> list[str]:
    return [
        f"{change.sign}{change.path} {field.sign}{field.field} {field.before}>{field.after}"
        for change in changes(read(old), read(new))
        for field in change.fields
    ]


def test_the_same_has_no_changes() -> None:
    for name in SAMPLES:
        assert changes(sample(name), sample(name)) == ()


def test_a_changed_field_is_told_with_what_it_was() -> None:
    assert told("[queues.a]", "[queues.a]\nring_seconds = 25") == ["~queues.a ~ring_seconds 20>25"]
    assert told("[queues.a]\nsurvey = 'asked'", "[queues.a]") == ["~queues.a ~survey asked>"]
    assert told("[site]", "[site]\nspare_agents = 3") == ["~site ~spare_agents 1>3"]


def test_skills_come_and_go_one_by_one() -> None:
    old = "[queues.a]\nrequired = { b = 1, c = 2 }"
    new = "[queues.a]\nrequired = { c = 3, d = 1 }"
    assert told(old, new) == [
        "~queues.a -required.b 1>None",
        "~queues.a ~required.c 2>3",
        "~queues.a +required.d None>1",
    ]


def test_things_come_and_go() -> None:
    (gone, come) = changes(read("[skills]\na = 'A'"), read("[queues.b]\nring_seconds = 9"))
    assert (gone.sign, gone.path, gone.after) == (Sign.REMOVED, "skills.a", None)
    assert gone.fields == (FieldChange(sign=Sign.REMOVED, field="", before="A", after=None),)
    assert (come.sign, come.path, come.before) == (Sign.ADDED, "queues.b", None)
    assert [field.field for field in come.fields] == ["ring_seconds"]


def test_a_thing_that_is_as_usual_is_added_too() -> None:
    (change,) = changes(read(""), read("[queues.a]"))
    assert (change.sign, change.fields) == (Sign.ADDED, ())


def test_a_new_holiday_is_one_line() -> None:
    calendar = '[calendars.a]\nzone = "UTC"\n[calendars.a.special]\n2026-10-01 = []\n'
    assert told(calendar, f"{calendar}2026-10-02 = []") == [
        "~calendars.a +special.2026-10-02 None>[]"
    ]


def test_what_is_kept_can_be_read_again() -> None:
    for name in SAMPLES:
        assert form_of(tables_of(things_of(sample(name)))) == sample(name)


def test_the_revision_follows_the_content() -> None:
    assert revision_of(small()) == revision_of(small())
    assert revision_of(small()) != revision_of(small("[queues.x]"))
    assert revision_of(read("[queues.a]")) == revision_of(read("[queues.a]\nring_seconds = 20"))


def test_a_rule_for_recordings_is_one_value_of_a_list() -> None:
    old, new = "", "[[retention.rules]]\ndays = 9"
    (change,) = changes(read(old), read(new))
    assert (change.sign, change.path, change.before) == (Sign.CHANGED, "retention", None)
    assert change.after == {"rules": [{"days": 9.0}]}
    (back,) = changes(read(new), read(old))
    assert (back.sign, back.after) == (Sign.CHANGED, None)
