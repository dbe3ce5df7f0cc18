"""All that one screen may see, in one message."""

from ccserver.core.ids import AgentId
from ccserver.web.instants import ms
from ccserver.web.messages import Me, Snapshot
from ccserver.web.view import View


def snapshot(view: View, me: Me, *, seq: int, run: str, now: float, floor: bool) -> Snapshot:
    """What this person sees now; `floor`: as supervisors do."""
    agent = AgentId(me.agent or "")
    own = view.agents.get(agent)
    pop, wrap_up = view.pop_of(agent), view.wrap_up_of(agent)
    return Snapshot(
        seq=seq,
        run=run,
        at=ms(now),
        me=me,
        agents=list(view.agents.values()) if floor else [own] if own else [],
        calls=list(view.calls.values()) if floor else view.calls_of(agent),
        queues=list(view.queues),
        card=None if pop is None else pop.card,
        figures=list(view.figures.values()) if floor else [],
        alerts=view.alerts if floor else [],
        wrap_up_until_at=None if wrap_up is None else ms(wrap_up.until),
        preview=view.outbound.previews.get(agent),
        campaigns=list(view.outbound.campaigns.values()) if floor else [],
    )
