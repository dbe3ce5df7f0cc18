"""The rules that the center goes by say what the form says."""

from ccserver.config.convert import (
    hours,
    queue_rules,
    retention_rules,
    site_rules,
    skills,
    thresholds,
    weights,
)
from ccserver.config.file import read
from ccserver.core.ids import AgentId, Queue, Skill
from ccserver.core.rules import (
    DEFAULT_TARGETS,
    Consent,
    Direction,
    Fit,
    Opening,
    Overflow,
    QueueRules,
    Relaxation,
    RetentionRule,
    SiteRules,
    SpecialDay,
    Taping,
    TapingRule,
    Way,
)
from ccserver.core.thresholds import Figure, Threshold
from ccserver.core.value import Tier, Weights
from tests.config.samples import sample, small


def test_a_queue_of_which_nothing_is_said_is_as_usual() -> None:
    (rules,) = queue_rules(read("[queues.sales]"), closed=frozenset())
    assert rules == QueueRules(name=Queue("sales"))


def test_messages_and_surveys_arrive() -> None:
    text = '[queues.sales]\nvoicemail = true\nsurvey = "after_talk"'
    (rules,) = queue_rules(read(text), closed=frozenset())
    assert rules == QueueRules(name=Queue("sales"), voicemail=True, survey="after_talk")


def test_what_is_said_of_a_queue_arrives() -> None:
    rules = {rule.name: rule for rule in queue_rules(sample("car_maker"), closed=frozenset())}
    complaint = rules[Queue("complaint")]
    assert complaint.title == "投诉 · Complaints"
    assert complaint.required == ((Skill("complaint"), 3),)
    assert complaint.relax[1] == Relaxation(
        after_seconds=120.0, required=((Skill("service"), 3),), language=Fit.IGNORED
    )
    assert (complaint.wrap_up_forced, complaint.callback.tries) == (True, 5)
    assert complaint.hours is not None
    assert SpecialDay(date="2026-10-03") in complaint.hours.special
    assert rules[Queue("roadside")].hours is None
    assert rules[Queue("parts")].on_full == Overflow(way=Way.QUEUE, queue=Queue("service"))


def test_targets_are_the_queues_else_the_sites_else_the_usual() -> None:
    form = read(
        "[targets]\ngold = { share = 0.5, seconds = 50 }\nsilver = { share = 0.4, seconds = 40 }\n"
        "[queues.a.targets]\ngold = { share = 0.6, seconds = 60 }\n"
    )
    targets = {t.tier: t.seconds for t in queue_rules(form, closed=frozenset())[0].targets}
    usual = {t.tier: t.seconds for t in DEFAULT_TARGETS}
    assert targets == usual | {Tier.GOLD: 60, Tier.SILVER: 40}


def test_a_queue_that_was_closed_by_hand_is_closed() -> None:
    rules = queue_rules(small(), closed=frozenset({Queue("service")}))
    assert [(rule.name, rule.open) for rule in rules] == [("sales", True), ("service", False)]


def test_hours_are_minutes_of_the_day() -> None:
    office = hours(small().calendars["office"])
    assert office.zone == "Asia/Shanghai"
    assert office.weekly[:2] == (
        Opening(weekday=0, from_minute=540, until_minute=720),
        Opening(weekday=0, from_minute=780, until_minute=1080),
    )
    assert {opening.weekday for opening in office.weekly} == {0, 1, 2, 3, 4}


def test_site_and_weights_arrive() -> None:
    form = read("[site]\nspare_agents = 3\n[value]\nchurn = 9")
    assert site_rules(form).spare_agents == 3
    assert weights(form) == Weights(churn=9.0)
    assert skills({"b": 1, "a": 2}) == ((Skill("a"), 2), (Skill("b"), 1))


RECORDED = """
[recording]
pause_max_seconds = 60
[[recording.rules]]
taping = "on_demand"
queues = ["sales"]
agents = ["anna"]
directions = ["outbound"]
campaigns = ["spring"]
consents = ["unknown", "given"]
share = 0.5
notice = "recorded_notice"
[[recording.rules]]
taping = "never"
[[retention.rules]]
days = 730
queues = ["sales"]
kinds = ["contact", "consult"]
directions = ["inbound"]
[[retention.rules]]
days = 180
"""


def test_rules_for_recordings_arrive_in_their_order() -> None:
    site = site_rules(read(RECORDED))
    assert site.taping_pause_max_seconds == 60
    assert site.taping == (
        TapingRule(
            taping=Taping.ON_DEMAND,
            queues=frozenset({Queue("sales")}),
            agents=frozenset({AgentId("anna")}),
            directions=frozenset({Direction.OUTBOUND}),
            campaigns=frozenset({"spring"}),
            consents=frozenset({Consent.UNKNOWN, Consent.GIVEN}),
            share=0.5,
            notice="recorded_notice",
        ),
        TapingRule(taping=Taping.NEVER),
    )
    assert retention_rules(read(RECORDED)) == (
        RetentionRule(
            days=730,
            queues=frozenset({Queue("sales")}),
            kinds=frozenset({"contact", "consult"}),
            directions=frozenset({Direction.INBOUND}),
        ),
        RetentionRule(days=180),
    )


def test_where_nothing_is_said_all_is_recorded_and_kept() -> None:
    assert site_rules(read("")) == SiteRules()
    assert retention_rules(read("")) == ()


def test_thresholds_arrive() -> None:
    text = """
[thresholds.busy]
figure = "waiting"
above = 5
queues = ["sales"]
after_seconds = 10
webhook = true
[thresholds.alone]
figure = "agents_available"
below = 1
[thresholds.never]
figure = "service_level"
below = 0
"""
    alone, busy, never = thresholds(read(text))
    assert busy == Threshold(
        name="busy",
        figure=Figure.WAITING,
        limit=5,
        above=True,
        queues=frozenset({Queue("sales")}),
        after_seconds=10,
        webhook=True,
    )
    assert alone == Threshold(name="alone", figure=Figure.AGENTS_AVAILABLE, limit=1, above=False)
    assert (never.above, never.limit) == (False, 0.0)
