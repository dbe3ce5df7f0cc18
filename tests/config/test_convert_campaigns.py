"""The rules that the dialer goes by say what the form says."""

from dataclasses import fields

from ccserver.config.campaign_form import CampaignForm
from ccserver.config.convert_campaigns import campaign_rules, schedule
from ccserver.config.file import read
from ccserver.core.campaign_states import Schedule
from ccserver.core.campaigns import (
    AbandonRules,
    CampaignName,
    CampaignRules,
    CampaignState,
    Caps,
    ClockStart,
    MachineWay,
    Mode,
    RetryRule,
)
from ccserver.core.ids import Queue
from ccserver.core.rules import Hours, Opening
from tests.config.samples import sample, small

REMINDER = CampaignName("reminder")


def test_a_campaign_of_which_little_is_said_is_a_draft_as_usual() -> None:
    form = read('[queues.sales]\n[campaigns.reminder]\nqueue = "sales"\nretries = []')
    (rules,) = campaign_rules(form, {})
    assert rules == CampaignRules(name=REMINDER, queue=Queue("sales"))


def test_what_is_said_of_a_campaign_arrives() -> None:
    form = read("""
        [queues.sales]
        [calendars.day]
        zone = "Asia/Shanghai"
        weekly = { mon = ["09:00-12:00"] }
        [campaigns.reminder]
        title = "保养"
        mode = "power"
        queue = "sales"
        off_hook = true
        ratio = 2
        caller_id = "+8653112345"
        caller_ids = { "+8610" = "+861012345" }
        machine = "message"
        machine_prompt = "reminder"
        calendar = "day"
        caps = { per_lead = 4, per_number_campaign = 2 }
        retries = [{ result = "busy", tries_max = 1, delay_seconds = 60, next_number = true }]
        abandon = { cap = 0.02, period_days = 1, clock = "greeting_end", window_minutes = 30 }
        [campaigns.survey]
        mode = "agentless"
        flow = "survey"
    """)
    states = {REMINDER: CampaignState.RUNNING, CampaignName("gone"): CampaignState.PAUSED}
    reminder, survey = campaign_rules(form, states)
    assert reminder == CampaignRules(
        name=REMINDER,
        title="保养",
        state=CampaignState.RUNNING,
        mode=Mode.POWER,
        queue=Queue("sales"),
        off_hook=True,
        ratio=2,
        caller_id="+8653112345",
        caller_ids=(("+8610", "+861012345"),),
        machine=MachineWay.MESSAGE,
        machine_prompt="reminder",
        windows=Hours(
            zone="Asia/Shanghai",
            weekly=(Opening(weekday=0, from_minute=540, until_minute=720),),
            special=(),
        ),
        caps=Caps(per_lead=4, per_number_campaign=2),
        retries=(RetryRule(result="busy", tries_max=1, delay_seconds=60, next_number=True),),
        abandon=AbandonRules(
            cap=0.02, period_seconds=86_400, clock=ClockStart.GREETING_END, window_seconds=1800
        ),
    )
    assert (survey.mode, survey.queue, survey.flow, survey.windows) == (
        Mode.AGENTLESS,
        None,
        "survey",
        None,
    )


def test_a_campaign_starts_and_stops_when_its_form_says() -> None:
    form = small("[campaigns.a]\nqueue = 'sales'\nstarts_at = 1500\nends_at = 2500")
    assert schedule(form.campaigns["a"]) == Schedule(starts_at=1.5, ends_at=2.5)
    free = small("[campaigns.a]\nqueue = 'sales'")
    assert schedule(free.campaigns["a"]) == Schedule()


def test_every_rule_of_a_campaign_can_be_written() -> None:
    """What is for lists, desks and schedules alone, the core need not know."""
    kept_apart = {
        "calendar", "consent_required", "script", "questionnaire", "quotas", "starts_at", "ends_at",
    }  # fmt: skip
    written = set(CampaignForm.model_fields) - kept_apart
    assert written | {"name", "state", "windows"} == {one.name for one in fields(CampaignRules)}


def test_the_samples_run_campaigns() -> None:
    (reminder,) = campaign_rules(sample("car_maker"), {})
    assert (reminder.mode, reminder.off_hook, reminder.machine) == (
        Mode.PREDICTIVE,
        True,
        MachineWay.HANG_UP,
    )
    assert (reminder.abandon.clock, reminder.abandon.window_seconds) == (
        ClockStart.GREETING_END,
        1800,
    )
    follow_up, survey = campaign_rules(sample("cable_96296"), {})
    tries = {rule.result: rule.tries_max for rule in follow_up.retries}
    assert (tries["visit_failed"], tries["wrong_data"]) == (2, 0)
    assert (follow_up.mode, follow_up.spare_agents) == (Mode.PREVIEW, 2)
    assert (survey.mode, survey.flow) == (Mode.AGENTLESS, "q_repair")
