# SPDX-License-Identifier: Apache-2.0
"""The sample service's models."""

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import COLUMN_TYPES, new_metadata
from shared.inbox import inbox_tables
from shared.outbox import outbox_tables


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class NoteRow(Base):
    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


OUTBOX = outbox_tables(Base.metadata)
INBOX = inbox_tables(Base.metadata)
