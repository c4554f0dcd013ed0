# SPDX-License-Identifier: Apache-2.0
"""Whether a permit covered a use is said by its state at that time, each flaw with its twin."""

from dataclasses import replace
from datetime import timedelta

import pytest

from permit_service.domain.account import AccountKey
from permit_service.domain.cover import Flaw, Use, flaws_of
from permit_service.domain.permit import Permit, PermitState, Revocation
from permit_service.usecases.cover import MAX_USES, Answer, Cover, decide_uses
from shared.errors import Forbidden, ValidationFailed
from shared.ids import Revision
from shared.principal import Principal
from tests.fakes.permit_factories import DORA, T0, a_permit
from tests.fakes.permit_world import World

MS = timedelta(milliseconds=1)
LIVE_AT = T0 + timedelta(seconds=5)
END = T0 + timedelta(days=30)
ASKER = Principal(
    issuer="https://idp.example",
    subject="audit_log",
    client_id="audit_log",
    scopes=frozenset({"decisions.read"}),
    is_service=True,
)


def issued() -> Permit:
    permit = a_permit(state=PermitState.ISSUING)
    purpose = replace(permit.purpose, countries=("FI", "SE"))
    return replace(permit, purpose=purpose).go_live(Revision(4), LIVE_AT)


def use(permit: Permit, **changes: object) -> Use:
    at = changes.pop("effective_at", LIVE_AT)
    good = Use(
        permit_id=permit.permit_id,
        user=permit.holder,
        dataset=permit.dataset,
        cohort_id=permit.cohort.cohort_id,
        node="zz",
        country="FI",
        purposes=permit.purpose.duo(),
        effective_at=at,  # type: ignore[arg-type]
        known_at=at,  # type: ignore[arg-type]
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def flaws(permit: Permit, **changes: object) -> tuple[Flaw, ...]:
    return flaws_of(use(permit, **changes), permit, "ZZ")


def test_a_permit_covers_from_the_instant_it_came_to_life() -> None:
    assert flaws(issued()) == ()
    assert flaws(issued(), effective_at=LIVE_AT - MS) == (Flaw.NOT_YET_LIVE,)
    assert flaws(a_permit(state=PermitState.ISSUING)) == (Flaw.NOT_YET_LIVE,)


def test_a_permit_of_an_earlier_release_began_when_it_was_signed() -> None:
    old = replace(issued(), live_at=None)
    assert flaws(old, effective_at=old.issued_at) == ()
    assert flaws(old, effective_at=old.issued_at - MS) == (Flaw.NOT_YET_LIVE,)


def test_what_is_used_as_it_ends_is_used_after_its_end() -> None:
    permit = issued()
    before = permit.expires_at - MS
    assert flaws(permit, effective_at=before) == ()
    assert flaws(permit, effective_at=permit.expires_at) == (Flaw.PAST_ITS_END,)
    ending = Revocation(by=DORA, reasons="The project has ended.", revoked_at=END)
    revoked = permit.revoke(ending, Revision(5))
    assert flaws(revoked, effective_at=END - MS) == ()
    assert flaws(revoked, effective_at=END) == (Flaw.ENDED,)


def test_a_revocation_counts_only_once_it_was_known() -> None:
    ending = Revocation(by=DORA, reasons="The project has ended.", revoked_at=END)
    revoked = issued().revoke(ending, Revision(5))
    assert flaws(revoked, effective_at=END + MS, known_at=END - MS) == ()
    assert flaws(revoked, effective_at=END + MS, known_at=END) == (Flaw.ENDED,)


def test_a_permit_stopped_while_it_was_issued_covers_nothing() -> None:
    ending = Revocation(by=DORA, reasons="The project has ended.", revoked_at=LIVE_AT)
    stopped = a_permit(state=PermitState.ISSUING).revoke(ending, None)
    assert flaws(stopped, effective_at=LIVE_AT - MS) == (Flaw.NOT_YET_LIVE,)
    assert flaws(stopped, effective_at=LIVE_AT) == (Flaw.ENDED,)


@pytest.mark.parametrize(
    ("wrong", "twin", "flaw"),
    [
        ({"user": None}, {}, Flaw.ACTOR_NOT_NAMED),
        ({"user": AccountKey("https://idp.example", "thief")}, {}, Flaw.OF_ANOTHER),
        ({"dataset": "GDI-ZZ-DATASET-2"}, {"dataset": None}, Flaw.DATASET),
        ({"cohort_id": "cohort-of-another"}, {"cohort_id": None}, Flaw.COHORT),
        ({"node": "se"}, {"node": "ZZ"}, Flaw.NODE),
        ({"country": "NO"}, {"country": "se"}, Flaw.COUNTRY),
        ({"purposes": ("DUO:0000007",)}, {"purposes": ()}, Flaw.PURPOSE),
        ({"purposes": ("DUO:0000006", "DUO:0000007")}, {}, Flaw.PURPOSE),
    ],
)
def test_what_a_permit_does_not_name_it_does_not_cover(
    wrong: dict[str, object], twin: dict[str, object], flaw: Flaw
) -> None:
    assert flaws(issued(), **wrong) == (flaw,)
    assert flaws(issued(), **twin) == ()


def test_a_permit_whose_purpose_names_no_country_may_be_used_from_everywhere() -> None:
    permit = issued()
    permit = replace(permit, purpose=replace(permit.purpose, countries=()))
    assert flaws(permit, country="NO") == ()


def test_every_question_is_answered_in_its_place_and_the_unknown_is_said_to_be() -> None:
    world = World()
    application = world.decide(world.apply())
    with world.ports.units() as work:
        permit = work.permits.of_application(application.application_id)
    assert permit is not None
    at = world.clock.now() + MS
    asked = [
        use(permit, effective_at=at, country=None),
        use(permit, effective_at=at, country=None, permit_id="no-such-permit"),
        use(permit, effective_at=at, country=None, permit_id="no id/of ours"),
        use(permit, effective_at=at, country=None, node="fi"),
    ]
    answers = decide_uses(asked, principal=ASKER, ports=world.ports)
    assert answers == [
        Answer(cover=Cover.COVERED),
        Answer(cover=Cover.UNKNOWN),
        Answer(cover=Cover.UNKNOWN),
        Answer(cover=Cover.NOT_COVERED, flaws=(Flaw.NODE,)),
    ]


def test_only_those_who_check_may_ask_and_not_without_end() -> None:
    world, permit = World(), issued()
    with pytest.raises(Forbidden):
        decide_uses([], principal=replace(ASKER, scopes=frozenset()), ports=world.ports)
    many = [use(permit)] * (MAX_USES + 1)
    with pytest.raises(ValidationFailed):
        decide_uses(many, principal=ASKER, ports=world.ports)
