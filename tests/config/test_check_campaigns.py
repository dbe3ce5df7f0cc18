"""What cannot work of a campaign is told, with where it stands and what to do."""

import pytest

from ccserver.config.check import ConfigError, require, warnings_of
from ccserver.config.diff import changes
from ccserver.config.file import read, write
from tests.config.samples import small

QUESTIONS = """
[questionnaires.csat]
questions = [{ name = "good", kind = "rating", text = { zh = "好吗", en = "Good?" } }]
"""
ASKED = f"""{QUESTIONS}
[dispositions.wrong]
queues = ["service"]
[dispositions.failed]
[campaigns.autumn]
queue = "sales"
"""


def told(more: str) -> list[str]:
    form = small(ASKED + more)
    with pytest.raises(ConfigError) as error:
        require(form, used={}, people=None, prompts={"safe_harbour", "beep"}, flows={"survey"})
    return error.value.faults


@pytest.mark.parametrize(
    "more",
    [
        'questionnaire = "csat"\nquotas = [{ label = "region", value = "北", enough = 5 }]',
        'machine = "message"\nmachine_prompt = "beep"\ncalendar = "office"',
        'retries = [{ result = "failed" }, { result = "busy" }, { result = "lost" }]',
        '[campaigns.night]\nmode = "agentless"\nflow = "survey"\nabandon = { prompt = "none" }\n'
        'quotas = [{ label = "region", value = "北", enough = 5 }]',
        '[campaigns.night]\nmode = "agentless"\nflow = "q_csat"',
        '[campaigns.shown]\nmode = "preview"\nqueue = "sales"\nabandon = { prompt = "none" }',
    ],
)
def test_what_can_work_is_good(more: str) -> None:
    form = small(ASKED + more)
    require(form, used={}, people=None, prompts={"safe_harbour", "beep"}, flows={"survey"})
    require(form, used={}, people=None)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('calendar = "night"', "`campaigns.autumn.calendar`: there is no calendar `night`"),
        ('script = "hello"', "`campaigns.autumn.script`: there is no script `hello`"),
        ('questionnaire = "nps"', "`campaigns.autumn.questionnaire`: there is no questionnaire"),
        (
            '[campaigns.night]\nmode = "agentless"\nflow = "lost"',
            "`campaigns.night.flow`: there is no flow `lost`; take one of: q_csat, survey",
        ),
        (
            'machine = "message"\nmachine_prompt = "hum"',
            "`campaigns.autumn.machine_prompt`: there is no prompt `hum`",
        ),
        (
            'abandon = { prompt = "sorry" }',
            "`campaigns.autumn.abandon.prompt`: there is no prompt `sorry`",
        ),
        (
            'retries = [{ result = "human" }]',
            "`campaigns.autumn.retries.0.result`: `human` is no result and no disposition",
        ),
        (
            'retries = [{ result = "wrong" }]',
            "`campaigns.autumn.retries.0.result`: the disposition `wrong` is not offered",
        ),
        (
            'retries = [{ result = "busy" }, { result = "busy", tries_max = 9 }]',
            "`campaigns.autumn.retries.1.result`: a rule above is for `busy` already",
        ),
        (
            'quotas = [{ label = "region", value = "北", enough = 5 }]',
            "`campaigns.autumn.quotas`: count answered questionnaires, and the campaign has none",
        ),
        (
            'questionnaire = "csat"\nquotas = [{ label = "a", value = "b", enough = 5 },'
            ' { label = "a", value = "b", enough = 6 }]',
            "`campaigns.autumn.quotas`: a = b stands there twice",
        ),
        ('flow = "survey"', "`campaigns.autumn.flow`: only mode = 'agentless'"),
        ('machine_prompt = "beep"', "`campaigns.autumn.machine_prompt`: is only said with"),
    ],
)
def test_what_cannot_work_is_told(more: str, fault: str) -> None:
    (only,) = told(more)
    assert only.startswith(fault)


def test_a_queue_that_is_not_there_is_told() -> None:
    faults = told('[campaigns.lost]\nqueue = "nowhere"')
    assert any(
        one.startswith("`campaigns.lost.queue`: there is no queue `nowhere`") for one in faults
    )


def test_campaigns_and_questionnaires_are_written_and_compared_like_all_else() -> None:
    form = small(ASKED + 'retries = [{ result = "busy" }]\ncaps = { per_lead = 9 }')
    assert read(write(form)) == form
    assert "[campaigns.autumn]" in write(form)
    assert "[[questionnaires.csat.questions]]" in write(form)
    (campaign,) = (one for one in changes(small(ASKED), form) if one.kind == "campaigns")
    assert (campaign.path, [one.field for one in campaign.fields]) == (
        "campaigns.autumn",
        ["caps.per_lead", "retries"],
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", ["phones ring"]),
        ("off_hook = true", []),
        ("abandon = { connect_seconds = 8 }", []),
        ('mode = "preview"', []),
        ('off_hook = true\nmachine = "hang_up"', ["listening for machines"]),
        ('off_hook = true\nmachine = "hang_up"\nabandon = { clock = "greeting_end" }', []),
    ],
)
def test_a_limit_that_nobody_can_keep_is_warned_of(more: str, words: list[str]) -> None:
    warned = [one for one in warnings_of(small(ASKED + more)) if "campaigns.autumn" in one]
    assert len(warned) == len(words)
    assert all(word in one for word, one in zip(words, warned, strict=True))
