# SPDX-License-Identifier: Apache-2.0
"""A permit as the database holds it, against whoever holds the processes' own way into it."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from permit_service.adapters.unit_of_work import SqlUnits
from shared.db import engine
from shared.ids import Revision, Uuid7Source
from tests.contract.permit_service.test_units_of_work import seed
from tests.fakes.permit_factories import a_permit
from tests.fakes.permit_world import HandClock
from tests.support.postgres import fresh_database


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ("jws = 'another'", "an issued permit is not altered"),
        ("expires_at = expires_at + interval '1 year'", "an issued permit is not altered"),
        ("cohort_digest = 'another'", "an issued permit is not altered"),
        ("state = 'issuing'", "a permit that ended stays so"),
        ("holder_subject = 'somebody else'", "permission denied"),
        ("purpose = '{}'", "permission denied"),
        ("dataset = 'GDI-ZZ-DATASET-9'", "permission denied"),
    ],
)
def test_an_issued_permit_is_no_longer_written(change: str, refused: str) -> None:
    """Whoever holds the processes' role cannot turn a permit into another one."""
    database = engine(fresh_database("permit_service"), pool_size=1)
    units = SqlUnits(
        database, src="zz/permit_service/1", topic="t", ids=Uuid7Source(), clock=HandClock()
    )
    try:
        seed(units, replace(a_permit(), revision=Revision(1)))
        with database.begin() as connection, pytest.raises(Exception, match=refused):
            connection.execute(text(f"UPDATE permit SET {change}"))  # noqa: S608 - of these
    finally:
        database.dispose()
