# SPDX-License-Identifier: Apache-2.0
"""The migrated schema is the one the rows declare, and every step can be undone."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from permit_service.adapters.tables import Base
from shared.db import engine, run_migrations, schema_differences, undo_migrations
from tests.support.postgres import empty_database, fresh_database, owner_of

SERVICE = "permit_service"


def test_the_migrations_make_what_the_rows_declare() -> None:
    assert schema_differences(Base.metadata, owner_of(fresh_database(SERVICE))) == []


def test_migrating_twice_and_back_leaves_nothing_behind() -> None:
    url = empty_database(SERVICE)
    run_migrations(SERVICE, url)
    run_migrations(SERVICE, url)
    undo_migrations(SERVICE, url)
    one = engine(url, pool_size=1)
    try:
        assert inspect(one).get_table_names() == ["alembic_version"]
    finally:
        one.dispose()


def test_exact_counts_are_forgotten_and_statements_are_append_only() -> None:
    url = empty_database(SERVICE)
    run_migrations(SERVICE, url, revision="0002")
    one = engine(url, pool_size=1)
    try:
        with one.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO application VALUES ('a', 'i', 's', 't', 'o', 'd', '{}', 12,"
                    " now(), 'granted')"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO permit (permit_id, application_id, holder_issuer, holder_subject,"
                    " holder_own_subject, dataset, regime, purpose, cohort_id, cohort_revision,"
                    " cohort_counts, cohort_digest, cohort_manifest, frozen_at, void_at, jws,"
                    " decided_at, issued_at, not_before, expires_at, members_now,"
                    " members_revision, state, attempt, revision) VALUES ('p', 'a', 'i', 's', 'o',"
                    " 'd', 'consent_gdpr', '{}', 'c', 1,"
                    ' \'{"members": 1234, "in": 612, "out": 619, "awaiting": 3}\', \'\', \'\','
                    " now(), now(), '', now(), now(), now(), now(), 611, 1, 'live', 1, 1)"
                )
            )
        run_migrations(SERVICE, url)
        with one.begin() as connection:
            kept = connection.execute(text("SELECT cohort_counts, members_now FROM permit")).one()
            connection.execute(
                text(
                    "INSERT INTO ruling_statement (ruling_id, application_id, dataset,"
                    " purpose_sha256, clause, question, value, says, by_issuer, by_subject,"
                    " reasons, salt, stated_at, jws) VALUES ('r', 'a', 'd', '', 'IRB', '', '',"
                    " 'yes', 'i', 's', '', '', now(), '')"
                )
            )
        assert tuple(kept) == ({"members": 1234, "in": 610, "out": 620}, 610)
        for statement in (
            "UPDATE ruling_statement SET says = 'no'",
            "DELETE FROM ruling_statement",
        ):
            for granted, message in ((False, "permission denied"), (True, "append-only")):
                with one.connect() as connection:
                    if granted:
                        connection.execute(text("GRANT ALL ON ruling_statement TO CURRENT_USER"))
                    with pytest.raises(DBAPIError, match=message):
                        connection.execute(text(statement))
    finally:
        one.dispose()
