"""Whom an attempt of a campaign has reached: what the flow that he walks is to know."""

from typing import Final

import orjson

from ccserver.core.campaigns import Called
from ccserver.core.ids import ContactId
from ccserver.db.held import Held
from ccserver.db.history import uuid_of


async def called(held: Held, contact: ContactId) -> Called | None:
    """Whom this attempt has reached; None: there is no such attempt. Raises AwayError."""
    key = uuid_of(contact)
    rows = await held.fetch(_CALLED, key) if key else []
    if not rows:
        return None
    row = rows[0]
    return Called(
        number=row["number"],
        caller_id=row["caller_id"],
        customer=row["customer"],
        name=row["name"],
        language=row["language"],
        data={str(label): str(value) for label, value in orjson.loads(row["data"]).items()},
        answers={
            (survey, question): answer for survey, question, answer in orjson.loads(row["answers"])
        },
    )


_CALLED: Final = """
SELECT a.number, a.caller_id, lead.customer, lead.name, lead.language, lead.data::text AS data,
  coalesce((
    SELECT json_agg(json_build_array(s.survey, s.question, s.answer))
    FROM survey_answer s WHERE s.contact = a.id
  ), '[]')::text AS answers
FROM attempt a JOIN lead ON lead.id = a.lead WHERE a.id = $1
"""
