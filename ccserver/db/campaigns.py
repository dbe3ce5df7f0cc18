"""Whether campaigns run: their states in the database, each change of which is evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.campaign_form import CampaignForm
from ccserver.core.campaign_states import ENDED, may_become
from ccserver.core.campaigns import CampaignName, CampaignState
from ccserver.core.evidence import canonical
from ccserver.db.campaign_tables import CampaignRow
from ccserver.db.evidence import Proof, append


class NotAllowedError(Exception):
    """A campaign cannot go from the state in which it is to that one."""

    def __init__(self, state: CampaignState, wanted: CampaignState) -> None:
        super().__init__(f"a campaign that is {state} cannot become {wanted}")
        self.state = state
        self.wanted = wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a campaign stands. The usual one: nothing was ever said of it."""

    state: CampaignState = CampaignState.DRAFT
    reason: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""
    """A log-in; empty: the schedule, or the campaign itself."""
    started_at: datetime | None = None
    """For the first time."""
    ended_at: datetime | None = None
    rules: str = ""
    """The hash of the rules that the evidence holds last."""


async def standings(session: AsyncSession) -> dict[CampaignName, Standing]:
    """All campaigns that were ever more than drafts."""
    rows = await session.scalars(select(CampaignRow).execution_options(populate_existing=True))
    return {CampaignName(row.name): _standing(row) for row in rows}


async def standing(session: AsyncSession, name: CampaignName) -> Standing:
    """One campaign."""
    row = await session.get(CampaignRow, name, populate_existing=True)
    return Standing() if row is None else _standing(row)


async def set_state(
    session: AsyncSession,
    name: CampaignName,
    state: CampaignState,
    who: str,
    reason: str,
    *,
    at: float,
) -> Standing:
    """Let a campaign go to this state; what changes is evidence. `who`: a log-in; empty: its
    schedule, or itself. `at`: now, in seconds since 1970 UTC.

    Raises NotAllowedError. One that is in this state already stays as it is.
    """
    await session.execute(_ENSURE, {"name": name})
    # Held until the end of the transaction: of two who change it, one sees what the other did.
    before = CampaignState((await session.execute(_LOCK, {"name": name})).scalar_one())
    if before is state:
        return await standing(session, name)
    if not may_become(before, state, by_person=bool(who)):
        raise NotAllowedError(before, state)
    await session.execute(
        _SET,
        {
            "name": name,
            "state": state,
            "reason": reason,
            "who": who,
            "at": at,
            "starts": state is CampaignState.RUNNING,
            "ends": state in ENDED,
        },
    )
    facts = {"campaign": name, "before": before, "state": state, "who": who, "reason": reason}
    await append(session, [Proof(campaign=name, at=at, kind="state", facts=facts)])
    return await standing(session, name)


def hash_of_rules(form: CampaignForm) -> str:
    """By this the rules in force are named: SHA-256 of them in canonical JSON, in hex."""
    return sha256(canonical(form.model_dump(mode="json")).encode()).hexdigest()


async def keep_rules(
    session: AsyncSession,
    forms: Mapping[CampaignName, CampaignForm],
    known: Mapping[CampaignName, Standing],
    *,
    at: float,
) -> None:
    """Make the rules in force evidence, of each campaign whose rules are not those it holds last.

    What was never more than a draft has none.
    """
    proofs = []
    for name, form in forms.items():
        rules = hash_of_rules(form)
        if name not in known or known[name].rules == rules:
            continue
        await session.execute(_SET_RULES, {"name": name, "rules": rules})
        facts = {"campaign": name, "rules": rules, "form": form.model_dump(mode="json")}
        proofs.append(Proof(campaign=name, at=at, kind="rules", facts=facts))
    await append(session, proofs)


def _standing(row: CampaignRow) -> Standing:
    return Standing(
        state=CampaignState(row.state),
        reason=row.reason,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
        rules=row.rules,
    )


_ENSURE: Final = text("""
INSERT INTO campaign (name, state) VALUES (:name, 'draft') ON CONFLICT DO NOTHING
""")

_LOCK: Final = text("SELECT state FROM campaign WHERE name = :name FOR UPDATE")

_SET: Final = text("""
UPDATE campaign SET state = :state, reason = :reason, changed_by = :who,
  changed_at = to_timestamp(CAST(:at AS float8)),
  started_at = CASE WHEN :starts THEN coalesce(started_at, to_timestamp(CAST(:at AS float8)))
    ELSE started_at END,
  ended_at = CASE WHEN :ends THEN to_timestamp(CAST(:at AS float8)) END
WHERE name = :name
""")

_SET_RULES: Final = text("UPDATE campaign SET rules = :rules WHERE name = :name")
