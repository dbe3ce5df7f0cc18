"""Leads that agents see before they are called."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ccserver.core.agents import Roster
from ccserver.core.campaigns import CampaignName, CampaignRules, Lead
from ccserver.core.commands import Command
from ccserver.core.dial_orders import HidePreview, ShowPreview
from ccserver.core.ids import AgentId, ContactId
from ccserver.core.quick import quick
from ccserver.core.site import Presence
from ccserver.core.timers import Agenda, Alarm
from ccserver.core.work import Previewing


@quick
@dataclass(frozen=True, slots=True)
class Preview:
    """What one agent reads."""

    campaign: CampaignName
    lead: Lead


class Previews:
    """Who reads which lead."""

    def __init__(self, out: list[Command], roster: Roster, agenda: Agenda) -> None:
        self._out = out
        self._roster = roster
        self._agenda = agenda
        self._all: dict[AgentId, Preview] = {}
        self._skips: Counter[AgentId] = Counter()
        """How many each has skipped in a row."""

    def get(self, name: AgentId) -> Preview | None:
        """What this agent reads."""
        return self._all.get(name)

    def of(self, campaign: CampaignName) -> dict[AgentId, Lead]:
        """What agents read of this campaign."""
        return {name: one.lead for name, one in self._all.items() if one.campaign == campaign}

    def reader(self, attempt: ContactId) -> AgentId | None:
        """Who reads the lead that this attempt is to be for."""
        found = (name for name, one in self._all.items() if one.lead.attempt == attempt)
        return next(found, None)

    def show(self, now: float, rules: CampaignRules, name: AgentId, lead: Lead) -> None:
        """The agent, who is idle, is to read this lead and then to call it."""
        self._all[name] = Preview(rules.name, lead)
        until = now + rules.preview_seconds if rules.preview_seconds > 0 else None
        self._agenda.set((Alarm.ATTEMPT, lead.attempt), until)
        self._roster.preview(now, name, lead.attempt)
        self._out.append(
            ShowPreview(
                agent=name,
                contact=lead.attempt,
                campaign=rules.name,
                lead=lead.lead,
                customer=lead.customer,
                name=lead.name,
                number=lead.number,
                data=lead.data,
                until=until,
                skips_left=max(0, rules.skips_max - self._skips[name]),
            )
        )

    def may_skip(self, rules: CampaignRules, name: AgentId) -> bool:
        """Whether the agent may pass this one over."""
        return self._skips[name] < rules.skips_max

    def skip(self, now: float, name: AgentId) -> Preview:
        """He does so, and is free."""
        self._skips[name] += 1
        self._roster.release(now, name)
        return self._take(name)

    def dial(self, name: AgentId) -> Preview:
        """The agent wants to call his lead, or his time is up: he is kept until it is answered."""
        self._skips.pop(name, None)
        return self._take(name)

    def drop(self, now: float, name: AgentId) -> Lead:
        """The lead is not to be called now: its reader is free."""
        lead = self._take(name).lead
        self._roster.release(now, name)
        return lead

    def look(self, now: float, changed: Iterable[AgentId]) -> list[Preview]:
        """Agents have done other things. What is not read any more."""
        left: list[Preview] = []
        for name in changed:
            agent, one = self._roster.get(name), self._all.get(name)
            assert agent is not None, "whoever changes is there"
            works = agent.presence is Presence.READY and agent.screen and agent.phone
            if isinstance(agent.work, Previewing) and not works:
                self._roster.release(now, name)
                left += [self._take(name)] if one else []
            elif one is not None and agent.work != Previewing(one.lead.attempt):
                left.append(self._take(name))
        return left

    def check(self) -> None:
        """State what must always be true."""
        for name, one in self._all.items():
            agent = self._roster.get(name)
            assert agent is not None
            assert agent.work == Previewing(one.lead.attempt), "who reads a lead does nothing else"

    def _take(self, name: AgentId) -> Preview:
        one = self._all.pop(name)
        self._agenda.set((Alarm.ATTEMPT, one.lead.attempt), None)
        self._out.append(HidePreview(agent=name))
        return one
