# SPDX-License-Identifier: Apache-2.0
"""A stored consent that cannot be read lets nobody in, is seen, and raises an alarm."""

import pytest
from sqlalchemy import text

from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.reading import consents_of
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people


def test_unreadable_terms_leave_everybody_out_who_shares_them(
    world: RegistryWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.load(*people(3))
    with world.engine.begin() as connection:
        connection.execute(text("""UPDATE consent_terms SET body = '[{"permission": "DUO:9"}]'"""))
    found = evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert len(found.cohort.within) == 0
    assert found.cohort.reasons() == {"unreadable": 3}
    assert "stored consent terms are unreadable" in caplog.text


def test_an_event_that_was_tampered_with_is_noticed_when_it_is_next_read(
    world: RegistryWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.load({})
    with world.engine.begin() as connection:
        # Whoever owns the table can take the guard away; what was sealed cannot be made anew.
        connection.execute(text("GRANT UPDATE ON consent_event TO CURRENT_USER"))
        connection.execute(text("ALTER TABLE consent_event DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE consent_event SET sealed = sealed || 'x'::bytea"))
    choice = consents_of("P-1", None, None, tools=world.tools, principal=DESK).choices[0]
    assert choice.standing.terms is None
    assert "a stored consent event is unreadable" in caplog.text
    assert "P-1" not in caplog.text
