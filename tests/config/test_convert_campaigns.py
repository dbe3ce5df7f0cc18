"""The rules that the dialer goes by say what the form says."""

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
from tests.config.samples import small

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
