# SPDX-License-Identifier: Apache-2.0
"""The one table of contact points. Declares it; reads nothing."""

from typing import Final

from sqlalchemy import Column, DateTime, LargeBinary, SmallInteger, Table

from shared.db import new_metadata

METADATA: Final = new_metadata()

CONTACT_POINT: Final = Table(
    "contact_point",
    METADATA,
    Column("person", LargeBinary, primary_key=True),  # a keyed hash of her id
    Column("sealed", LargeBinary),  # what is confirmed
    Column("confirmed_at", DateTime(timezone=True)),
    Column("waiting", LargeBinary),  # what is not yet
    Column("code", LargeBinary),  # keyed hash; none once it was used up
    Column("code_until", DateTime(timezone=True)),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
)
