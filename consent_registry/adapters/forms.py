# SPDX-License-Identifier: Apache-2.0
"""`Forms` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert

from consent_registry.adapters.tables import CONSENT_FORM, CONSENT_FORM_STEP
from consent_registry.domain.form import Form, FormState, StoredForm, version_key
from consent_registry.domain.form_file import form_of

_Steps = Mapping[tuple[bytes, str], Row[Any]]


class SqlForms:
    """The port `Forms`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, form: Form, at: datetime) -> None:
        """Store a form once."""
        values = {
            "sha256": bytes.fromhex(form.sha256),
            "name": form.name,
            "version": form.version,
            "document": form.document,
            "recorded_at": at,
        }
        self._connection.execute(insert(CONSENT_FORM).values(values).on_conflict_do_nothing())

    def step(self, form: Form, state: FormState, signature: str, at: datetime) -> bool:
        """Add a step unless one of its two keys is taken."""
        values = {
            "sha256": bytes.fromhex(form.sha256),
            "step": state.value,
            "name": form.name,
            "version": form.version,
            "signature": signature,
            "recorded_at": at,
        }
        statement = insert(CONSENT_FORM_STEP).values(values).on_conflict_do_nothing()
        added = self._connection.execute(statement.returning(CONSENT_FORM_STEP.c.step))
        return added.one_or_none() is not None

    def get(self, sha256: str) -> StoredForm | None:
        """Read one form with its steps."""
        try:
            name = bytes.fromhex(sha256)
        except ValueError:
            return None
        wanted = select(CONSENT_FORM).where(CONSENT_FORM.c.sha256 == name)
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        steps = select(CONSENT_FORM_STEP).where(CONSENT_FORM_STEP.c.sha256 == name)
        return _stored(row, _by_step(self._connection.execute(steps).all()))

    def every(self) -> Sequence[StoredForm]:
        """Read all forms; there are few."""
        steps = _by_step(self._connection.execute(select(CONSENT_FORM_STEP)).all())
        rows = self._connection.execute(select(CONSENT_FORM)).all()
        found = [_stored(row, steps) for row in rows]
        return sorted(
            found,
            key=lambda one: (
                one.form.name,
                version_key(one.form.version),
                one.recorded_at,
                one.form.sha256,
            ),
        )


def _by_step(rows: Sequence[Row[Any]]) -> _Steps:
    return {(bytes(row.sha256), row.step): row for row in rows}


def _stored(row: Row[Any], steps: _Steps) -> StoredForm:
    name = bytes(row.sha256)
    published = steps.get((name, FormState.PUBLISHED.value))
    retired = steps.get((name, FormState.RETIRED.value))
    return StoredForm(
        form=form_of(bytes(row.document)),
        recorded_at=row.recorded_at,
        published_at=published.recorded_at if published is not None else None,
        retired_at=retired.recorded_at if retired is not None else None,
        signature=published.signature if published is not None else "",
    )
