"""The leads of one campaign that are to be called next."""

from collections import deque
from collections.abc import Callable, Container, Iterable

from ccserver.core.campaigns import Lead, LeadId
from ccserver.core.ids import AgentId

AGAIN_SECONDS = 60.0
"""So often at least it is asked again when none were left: lists grow meanwhile."""


class Hopper:
    """Leads in the order in which they are to be called; those of one agent wait for him."""

    def __init__(self) -> None:
        self._anyone: deque[Lead] = deque()
        self._own: dict[AgentId, deque[Lead]] = {}
        self._known: set[LeadId] = set()
        self.asked = False
        """A question is open."""
        self.ask_at = 0.0
        """Not before this instant is it asked again."""
        self.dry = False
        """The last answer was that nothing is left."""
        self._overtaken = False
        """More was left since the open question was asked."""

    def __len__(self) -> int:
        return len(self._known)

    @property
    def for_anyone(self) -> int:
        """How many any agent may have."""
        return len(self._anyone)

    @property
    def owned(self) -> bool:
        """Whether there is one on whom an agent has agreed."""
        return len(self._known) > len(self._anyone)

    def fill(self, leads: Iterable[Lead], known: Container[LeadId]) -> int:
        """More have come. Whoever is here or on the line already (`known`) is passed over, so that
        nobody is called twice. How many were new."""
        before = len(self._known)
        for lead in leads:
            if lead.lead not in known and lead.lead not in self._known:
                self._known.add(lead.lead)
                own = self._own.setdefault(lead.agent, deque()) if lead.agent else self._anyone
                own.append(lead)
        return len(self._known) - before

    def ask(self) -> None:
        """The question goes out."""
        self.asked, self._overtaken = True, False

    def is_left(self, at: float) -> None:
        """There is a lead to be called from this instant on, that is not here."""
        self.dry, self._overtaken = False, True
        self.ask_at = min(self.ask_at, at)

    def answered(self, now: float, *, new: int, next_at: float | None) -> None:
        """The open question has its answer: so many that are new, and when there are more."""
        self.asked = False
        self.dry = new == 0 and next_at is None and not self._overtaken
        if new == 0:
            later = now + AGAIN_SECONDS
            self.ask_at = later if next_at is None else min(max(next_at, now + 1.0), later)

    def take(self, agent: AgentId | None = None) -> Lead | None:
        """The next lead, for this agent his own ones first."""
        own = self._own.get(agent) if agent else None
        line = own or self._anyone
        if not line:
            return None
        lead = line.popleft()
        self._known.remove(lead.lead)
        return lead

    def has(self, lead: LeadId) -> bool:
        """Whether it is here."""
        return lead in self._known

    def has_own(self, agent: AgentId) -> bool:
        """Whether there is one on whom this agent has agreed."""
        return bool(self._own.get(agent))

    def drop(self, lead: LeadId) -> None:
        """What becomes of this one is settled elsewhere."""
        if lead in self._known:
            self._keep(lambda one: one.lead != lead)

    def drop_numbers(self, numbers: frozenset[str]) -> tuple[LeadId, ...]:
        """These are not to be called any more. Whom it concerned."""
        gone = tuple(one.lead for one in self._all() if one.number in numbers)
        if gone:
            self._keep(lambda one: one.number not in numbers)
        return gone

    def empty(self) -> tuple[LeadId, ...]:
        """Take all out."""
        gone = tuple(one.lead for one in self._all())
        self._keep(lambda _: False)
        return gone

    def _all(self) -> list[Lead]:
        return [*self._anyone, *(one for own in self._own.values() for one in own)]

    def _keep(self, wanted: Callable[[Lead], bool]) -> None:
        self._anyone = deque(filter(wanted, self._anyone))
        self._own = {agent: deque(filter(wanted, own)) for agent, own in self._own.items()}
        self._own = {agent: own for agent, own in self._own.items() if own}
        self._known = {one.lead for one in self._all()}
