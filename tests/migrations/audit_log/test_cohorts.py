# SPDX-License-Identifier: Apache-2.0
"""A log that was there before `ev_cohort` is found by the cohorts its entries name, all of them."""

import psycopg

from services.demo.postgres import runtime_role
from shared.db import run_migrations, undo_migrations
from shared.events import Subject
from tests.fakes.log_factories import DATASET, Speaker, cohort_name, fact
from tests.integration.audit_log.test_verify import verified
from tests.support.log_world import PostgresWorld, Producing, drain, sequencer
from tests.support.postgres import owner_of

SERVICE = "audit_log"
HELD = (
    "SELECT c.idx, d.value, t.value, c.revision FROM ev_cohort AS c"
    " JOIN term AS d ON d.id = c.dataset JOIN term AS t ON t.id = c.cohort ORDER BY c.idx"
)


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_what_was_said_before_is_found_as_if_it_were_said_after() -> None:
    world = PostgresWorld()
    try:
        speaker = Speaker()
        frozen = cohort_name(2, revision=None)
        said = [
            fact(cohort=cohort_name(1)),
            *[fact(subjects=(Subject(dataset=DATASET, ordinal=n),)) for n in range(260)],
            fact(cohort=cohort_name(1, revision=11)),
            fact(cohort=frozen),
        ]
        Producing(world).send(*[speaker.say(one) for one in said])
        drain(sequencer(world))
        world.engine.dispose()
        before, terms = rows(world.url, HELD), rows(world.url, "SELECT * FROM term ORDER BY id")
        assert [(idx, revision) for idx, _, _, revision in before] == [
            *((0, 10), (261, 11), (262, None)),
        ]
        undo_migrations(SERVICE, owner_of(world.url), revision="0010")
        left = (
            "SELECT count(*) FROM term WHERE kind = 6"
            " AND id > (SELECT max(id) FROM term WHERE kind <> 6)"
        )
        assert rows(world.url, left) == [(0,)], "ids have no gap, so those within stay"
        run_migrations(SERVICE, owner_of(world.url), runs_as=runtime_role(SERVICE))
        assert rows(world.url, HELD) == before
        assert len(rows(world.url, "SELECT * FROM term")) == len(terms)
        flaws = [one for one in verified(world).flaws if one.table in ("term", "ev_cohort")]
        assert flaws == []
    finally:
        world.close()
