"""Parts that do not fit together are told, with what to do."""

import pytest

from ccserver.config.check import ConfigError, require, warnings_of
from ccserver.flows.files import read_folder
from tests.config.samples import FOLDER, SAMPLES, sample, small


def faults(more: str, **known: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as error:
        require(small(more), used=known.get("used", {}), people={"anna"})
    return str(error.value)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_good(name: str) -> None:
    require(sample(name), used={}, people=None)
    assert warnings_of(sample(name)) == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            "[queues.x]\nrequired = { motor = 1 }",
            "`queues.x.required`: there is no skill `motor`; take one of: engine",
        ),
        ("[queues.x]\npreferred = { motor = 1 }", "`queues.x.preferred`: there is no skill"),
        (
            "[queues.x]\nrelax = [{ after_seconds = 9, required = { motor = 1 } }]",
            "`queues.x.relax.0.required`: there is no skill `motor`",
        ),
        (
            "[queues.x]\nrelax = [{ after_seconds = 9, required = {} },"
            " { after_seconds = 9, required = {} }]",
            "`queues.x.relax.1.after_seconds`: is not later than the step before",
        ),
        (
            "[queues.x]\nhours = 'night'",
            "`queues.x.hours`: there is no calendar `night`; take one of: office",
        ),
        (
            "[queues.x]\npolicy = 'luck'",
            "`queues.x.policy`: there is no policy `luck`; take one of: age, balanced, fifo,"
            " priority, value",
        ),
        (
            "[queues.x]\non_full = { way = 'queue', queue = 'y' }",
            "`queues.x.on_full.queue`: there is no queue `y`; take one of: sales, service, x",
        ),
        ("[queues.x]\non_full = { way = 'queue' }", "`queues.x.on_full.queue`: is missing"),
        (
            "[queues.x]\non_full = { way = 'callback', queue = 'sales' }",
            "`queues.x.on_full.queue`: means nothing with way = 'callback'",
        ),
        ("[queues.x]\non_full = { way = 'announcement' }", "`queues.x.on_full.prompt`: is missing"),
        (
            "[queues.x]\non_full = { way = 'queue', queue = 'x' }",
            "`queues.x`: overflows in a circle, x → x",
        ),
        (
            "[queues.x]\non_full = { way = 'queue', queue = 'y' }\n"
            "[queues.y]\non_closed = { way = 'queue', queue = 'x' }",
            "`queues.x`: overflows in a circle, x → y → x; let one of them end it",
        ),
        (
            "[agents.ben]\nqueues = ['y']",
            "`agents.ben.queues`: there is no queue `y`; take one of: sales, service",
        ),
        ("[agents.ben]\nskills = { motor = 1 }", "`agents.ben.skills`: there is no skill `motor`"),
        ("[agents.ben]\nteam = 'day'", "`agents.ben.team`: there is no team `day`; there is no"),
        ("[agents.ben]", "`agents.ben`: no agent is called that; add one with `ccserver people"),
        (
            "[value]\ntier = 0\nrevenue = 0\nrecency = 0\nfrequency = 0\ntenure = 0\n"
            "complaints = 0\nchurn = 0",
            "`value`: nothing counts",
        ),
    ],
)
def test_what_does_not_fit_is_told(more: str, told: str) -> None:
    assert told in faults(more)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            "[[recording.rules]]\ntaping = 'always'\nqueues = ['sale']",
            "`recording.rules.0.queues`: there is no queue `sale`; take one of: sales, service",
        ),
        (
            "[[retention.rules]]\ndays = 9\nqueues = ['sale']",
            "`retention.rules.0.queues`: there is no queue `sale`; take one of: sales, service",
        ),
        (
            "[[recording.rules]]\ntaping = 'always'\nagents = ['carl', 'anna']",
            "`recording.rules.0.agents`: no agent is called `carl`; add one with",
        ),
        (
            "[[recording.rules]]\ntaping = 'always'\nqueues = []\n"
            "[[recording.rules]]\ntaping = 'never'",
            "`recording.rules.0`: fits all, so that no rule below it is ever asked; put it last",
        ),
        (
            "[[retention.rules]]\ndays = 9\n[[retention.rules]]\ndays = 8",
            "`retention.rules.0`: fits all",
        ),
        (
            "[[recording.rules]]\ntaping = 'never'\nnotice = 'hello'",
            "`recording.rules.0.notice`: who is not recorded need not be told; take it out",
        ),
        (
            "[[recording.rules]]\ntaping = 'always'\nnotice = 'hush'",
            "`recording.rules.0.notice`: there is no prompt `hush`; write its text into",
        ),
    ],
)
def test_rules_for_recordings_are_held_against_what_there_is(more: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        require(small(more), used={}, people={"anna"}, prompts={"hello"})
    assert told in str(error.value)
    assert len(error.value.faults) == 1


def test_the_samples_name_prompts_that_there_are() -> None:
    texts = read_folder(FOLDER.parents[2] / "ivr_flows").texts
    for name in SAMPLES:
        require(sample(name), used={}, people=None, prompts=texts, flows=set())
    assert texts["recorded_notice"].keys() == {"zh", "en"}


def test_a_circle_is_told_once() -> None:
    circle = "".join(
        f"[queues.{one}]\non_full = {{ way = 'queue', queue = '{other}' }}\n"
        for one, other in ("ab", "bc", "ca", "da")
    )
    assert faults(circle).count("circle") == 1


def test_a_queue_that_a_flow_leads_to_must_stay() -> None:
    told = faults("", used={"operator": "the flow `hotline`"})
    assert "`queues.operator`: is not here, but the flow `hotline` leads to it" in told


def test_without_any_queue_there_is_nothing_to_do() -> None:
    empty = small().model_copy(update={"queues": {}})
    with pytest.raises(ConfigError, match="there is none; add at least one"):
        require(empty, used={}, people=None)


def test_a_queue_that_no_agent_can_serve_is_warned_of() -> None:
    told = "`queues.{}`: no agent can serve it; give one the queue and its skills"
    # sales asks for no skill, so it wants agents of its own.
    assert warnings_of(small()) == [told.format("sales")]
    own = "[agents.ben]\nqueues = ['sales']\n"
    assert warnings_of(small(own)) == []
    hard = small(f"{own}[queues.hard]\nrequired = {{ engine = 4 }}")
    assert warnings_of(hard) == [told.format("hard")]
    later = "relax = [{ after_seconds = 30, required = { engine = 3 } }]"
    assert warnings_of(small(f"{own}[queues.hard]\nrequired = {{ engine = 4 }}\n{later}")) == []
    nobody = small().model_copy(update={"agents": {}})
    assert warnings_of(nobody) == []


def test_a_campaign_names_only_what_there_is() -> None:
    told = faults("[campaigns.autumn]\nqueue = 'lost'\ncalendar = 'night'\nscript = 'hello'")
    assert "`campaigns.autumn.queue`: there is no queue `lost`" in told
    assert "`campaigns.autumn.calendar`: there is no calendar `night`" in told
    assert "`campaigns.autumn.script`: there is no script `hello`" in told
