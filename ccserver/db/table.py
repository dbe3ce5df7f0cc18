"""What all tables have in common."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Double, LargeBinary, MetaData, Text, Uuid, text
from sqlalchemy.orm import DeclarativeBase

NOW = text("now()")
EMPTY = text("''")
FALSE = text("false")


class Table(DeclarativeBase):
    """The common base of all tables."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "uq": "%(table_name)s_%(column_0_name)s_key",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy's own protocol
        str: Text(),
        datetime: DateTime(timezone=True),
        float: Double(),
        UUID: Uuid(),
        bytes: LargeBinary(),
    }
