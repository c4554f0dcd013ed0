# SPDX-License-Identifier: Apache-2.0
"""Who blocks what, for the data steward: first reasons, and what one clause alone changes."""

import pytest

from consent_registry.domain.errors import DatasetUnknown
from consent_registry.usecases.blocking import Blocking, who_blocks_what
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden
from shared.ids import DatasetId
from tests.fakes.consent_factories import purpose
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import Site, pages_app, somebody
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, people, person

COMMERCIAL = purpose(commercial=True, evidence=frozenset())


def group(prefix: str, count: int, **changes: str) -> list[dict[str, str]]:
    return [
        {**row, "participant": f"{prefix}{n}", "local_id": f"{prefix}{n}"}
        for n, row in enumerate(people(count, **changes))
    ]


def fill(world: RegistryWorld) -> None:
    rows = (
        *group("F", 60),
        *group("C", 40, modifiers="NCU"),
        *group("I", 30, modifiers="IRB"),
        *group("B", 50, modifiers="NCU;IRB"),
        *group("T", 9, modifiers="TS=6"),
        *group("N", 30, state="refused"),
    )
    assert world.load(*rows).batch.bad == 0


def ask(world: RegistryWorld) -> Blocking:
    return who_blocks_what(DS, COMMERCIAL, tools=world.tools, principal=DESK)


def test_each_clause_alone_lets_in_whom_nothing_else_keeps_out(world: RegistryWorld) -> None:
    fill(world)
    found = ask(world)
    assert found.figures.counts() == {"members": 219, "in": 60, "out": 130, "awaiting": 30}
    assert found.figures.reasons == {"refused": 30, "commercial_use": 90}
    assert found.figures.awaiting_by_clause == {"IRB": 30}
    # The fifty who have both conditions stay out without either; the nine are too few to be told.
    assert found.without == {"NCU": 40, "IRB": 30}
    (entry,) = world.column(
        "SELECT count(*) FROM outbox"
        " WHERE convert_from(value, 'UTF8')::jsonb->>'ty' = 'placet.cohort.evaluated.v1'"
    )
    assert entry == 1


def test_no_number_moves_by_one_withdrawal(world: RegistryWorld) -> None:
    fill(world)
    first = ask(world)
    for name in ("C0", "I0", "F0"):
        withdraw(name, WithdrawConsent(), tools=world.tools, principal=DESK)
        again = ask(world)
        assert (again.figures, again.without) == (first.figures, first.without)


def test_it_is_for_those_who_may_count(world: RegistryWorld) -> None:
    with pytest.raises(Forbidden):
        who_blocks_what(DS, COMMERCIAL, tools=world.tools, principal=person("anna"))
    unknown = DatasetId("GDI-ZZ-DATASET-9")
    with pytest.raises(DatasetUnknown):
        who_blocks_what(unknown, COMMERCIAL, tools=world.tools, principal=DESK)


@pytest.fixture
def site(world: RegistryWorld) -> Site:
    fill(world)
    sign_in = make_sign_in(world.clock, issuer=LOGIN)
    return Site(world=world, app=pages_app(world, sign_in))


def test_the_steward_asks_on_a_page(site: Site) -> None:
    browser = site.browser(somebody("stella", LOGIN, "cohorts.count"))
    page = browser.page("/blocking")
    assert "Who blocks what" in page
    assert " checked" not in page
    wrong = browser.send("/blocking", fields={"dataset": "GDI-ZZ-DATASET-77"})
    assert wrong.status_code == 422
    asked = {
        "dataset": DS,
        "purpose-category": "HMB",
        "purpose-commercial": "yes",
        "purpose-months": "12",
    }
    answer = browser.send("/blocking", fields=asked)
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    for words in ("about 40", "NCU: ", "Said no", "Numbers of fewer than 20 people"):
        assert words in text
    assert "TS: " not in text
    without = browser.send("/blocking", fields={"dataset": DS})
    assert without.status_code == 422


def test_a_participant_may_not(site: Site) -> None:
    assert site.browser(somebody("carl", LOGIN)).get("/blocking").status_code == 403
