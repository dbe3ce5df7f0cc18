"""Whatever happens to campaigns, in whatever order, they stay whole."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.campaigns import CampaignName, CampaignRules, Result
from ccserver.core.center import Center
from ccserver.core.commands import Command
from ccserver.core.dial_events import AttemptFound, CampaignsSet
from ccserver.core.dial_orders import AskLeads, Dial, SaveAttempt
from ccserver.core.events import AsteriskSeen
from ccserver.core.records import SaveContact, SaveContactEnd
from tests.core.chance import Chance

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_the_center_stays_whole_whatever_happens_to_campaigns(seed: int) -> None:
    center = Center()
    for now, event in Chance(seed).drives():
        center.handle(now, event)
        center.check()
        due = center.due()
        assert due is None or due > now, "nothing is overdue after handle()"


@given(SEEDS)
def test_each_attempt_has_one_result_and_whoever_is_abandoned_is_kept(seed: int) -> None:
    center = Center()
    begun: set[str] = set()
    ended: Counter[str] = Counter()
    contacts: Counter[str] = Counter()
    over: Counter[str] = Counter()
    seen = False
    for now, event in Chance(seed).drives():
        seen = seen or isinstance(event, AsteriskSeen)
        if isinstance(event, AttemptFound) and not seen:
            begun.add(event.lead.attempt)
        for command in center.handle(now, event):
            if isinstance(command, Dial):
                assert command.contact not in begun, "no attempt is made twice"
                begun.add(command.contact)
            elif isinstance(command, SaveAttempt) and command.result is not None:
                assert command.contact in begun, "only what was ordered ends"
                ended[command.contact] += 1
                if command.result is Result.ABANDONED:
                    assert command.answered_at is not None
                    assert command.clock_at is not None
            elif isinstance(command, SaveContact) and command.campaign:
                contacts[command.contact] += 1
            elif isinstance(command, SaveContactEnd):
                over[command.contact] += 1
    open_now = {one.contact for one in center._dialer._lines.all()}
    assert all(count == 1 for count in ended.values())
    for contact in begun - open_now:
        assert ended[contact] == 1, "each has its result"
    assert all(count == 1 for count in contacts.values())
    assert all(over[contact] <= 1 for contact in contacts)


@given(SEEDS)
def test_no_lead_is_called_twice_at_once_and_the_lines_are_enough(seed: int) -> None:
    center = Center()
    rules: dict[CampaignName, CampaignRules] = {}
    asked: Counter[str] = Counter()
    for now, event in Chance(seed).drives():
        if isinstance(event, CampaignsSet):
            rules |= {one.name: one for one in event.campaigns}
        before = {one.contact for one in center._dialer._lines.all()}
        commands = center.handle(now, event)
        for run in center._dialer._runs.values():
            leads = list(run.lines.values())
            assert len(leads) == len(set(leads))
            new = set(run.lines) - before
            paced = [one for one in new if not _is_found(center, one)]
            if paced and not isinstance(event, CampaignsSet):
                assert len(run.lines) <= max(rules[run.rules.name].lines_max, 3 + len(before))
        asked.update(command.campaign for command in commands if isinstance(command, AskLeads))
    assert sum(asked.values()) < 400


def _is_found(center: Center, contact: str) -> bool:
    one = next(one for one in center._dialer._lines.all() if one.contact == contact)
    return one.counted or one.reserved


@given(SEEDS)
def test_the_same_campaigns_give_the_same_commands(seed: int) -> None:
    def live() -> list[list[Command]]:
        center = Center()
        return [center.handle(now, event) for now, event in Chance(seed).drives()]

    assert live() == live()
