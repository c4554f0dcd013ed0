# SPDX-License-Identifier: Apache-2.0
"""`Rulings` on PostgreSQL, and the reader that checks who signed one."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, select
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import RULING_STATEMENT
from consent_registry.domain.errors import RulingsNotTaken, RulingUnreadable
from consent_registry.domain.rulings import RULING_TYP, RulingStatement, Says
from consent_registry.domain.verdict import Matter, Question
from shared.http_client import Unavailable, UpstreamRefused
from shared.ids import ApplicationId, DatasetId
from shared.jose import parse_jws, read_object
from shared.keys import verify_jws

_STATEMENT = RULING_STATEMENT.c


class SqlRulings:
    """The port `Rulings`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, statement: RulingStatement) -> bool:
        """Insert a row, once."""
        values = {
            "ruling_id": statement.ruling_id,
            "withdrawn": statement.says is Says.WITHDRAWN,
            "application_id": statement.application_id,
            "dataset": statement.dataset,
            "purpose_sha256": statement.purpose_sha256,
            "clause": statement.matter.clause,
            "question": statement.matter.question.value,
            "value": statement.matter.value,
            "says": statement.says.value,
            "stated_at": statement.stated_at,
            "recorded_at": statement.recorded_at,
            "jws": statement.jws,
        }
        added = self._connection.execute(
            postgresql.insert(RULING_STATEMENT)
            .values(values)
            .on_conflict_do_nothing()
            .returning(_STATEMENT.ruling_id)
        )
        return added.one_or_none() is not None

    def of_ruling(self, ruling_id: str) -> Sequence[RulingStatement]:
        """Read by id."""
        return self._read(select(RULING_STATEMENT).where(_STATEMENT.ruling_id == ruling_id))

    def of_case(self, application_id: ApplicationId) -> Sequence[RulingStatement]:
        """Read by application."""
        wanted = select(RULING_STATEMENT).where(_STATEMENT.application_id == application_id)
        return self._read(wanted)

    def _read(self, wanted: Select[Any]) -> Sequence[RulingStatement]:
        ordered = wanted.order_by(_STATEMENT.ruling_id, _STATEMENT.withdrawn)
        return [_statement(row) for row in self._connection.execute(ordered)]


def _statement(row: Row[Any]) -> RulingStatement:
    return RulingStatement(
        ruling_id=row.ruling_id,
        application_id=ApplicationId(row.application_id),
        dataset=DatasetId(row.dataset),
        purpose_sha256=row.purpose_sha256,
        matter=Matter(clause=row.clause, question=Question(row.question), value=row.value),
        says=Says(row.says),
        stated_at=row.stated_at,
        recorded_at=row.recorded_at,
        jws=row.jws,
    )


class AuthorityKeys(Protocol):
    """The authority's published keys."""

    def jwks_with(self, kid: str) -> Mapping[str, Any]:
        """Give the key set, fetched anew when it lacks the key."""
        ...


class SignedRulings:
    """The port `RulingReader` on the authority's key set; None when no authority is configured."""

    def __init__(self, keys: AuthorityKeys | None) -> None:
        self._keys = keys

    def __call__(self, jws: str) -> Mapping[str, object]:
        """Verify a statement and give its body."""
        if self._keys is None:
            raise RulingsNotTaken
        try:
            keys = self._keys.jwks_with(parse_jws(jws).kid)
            return read_object(verify_jws(jws, keys, typ=RULING_TYP, algorithms=("ES256",)))
        except (Unavailable, UpstreamRefused) as silent:
            raise RulingsNotTaken from silent
        except ValueError as bad:
            raise RulingUnreadable from bad
