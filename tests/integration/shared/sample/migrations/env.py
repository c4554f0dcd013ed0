# SPDX-License-Identifier: Apache-2.0
"""Alembic's entry: the models, what processes may do with them, and the shared way to run."""

from shared.db import run_env
from shared.privileges import CHANGE, FREE, OF_ALL, REMOVE, USE, Privileges
from tests.integration.shared.sample.tables import Base

PRIVILEGES = Privileges(
    relations={
        **OF_ALL,
        "consumer_offset": CHANGE,
        "inbox": REMOVE,
        "note": FREE,
        "note_id_seq": USE,
    }
)

run_env(Base.metadata, PRIVILEGES)
