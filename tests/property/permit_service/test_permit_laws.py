# SPDX-License-Identifier: Apache-2.0
"""Laws that hold for every permit, instant and order of events."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from permit_service.domain.errors import PermitNotLive
from permit_service.domain.issuance import MAX_VISA_SECONDS, visa_claims
from permit_service.domain.permit import PermitState, Revocation
from permit_service.domain.purpose import Category, Organisation, Purpose, parse_purpose
from shared.ids import Revision
from tests.fakes.permit_factories import DORA, PROFILE, T0, a_permit

offsets = st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=800))
flags = st.sampled_from([None, True, False])
organisations = st.builds(
    Organisation, ror=st.none(), not_for_profit=flags, public_body=st.booleans()
)
purposes = st.builds(
    Purpose,
    category=st.sampled_from([one for one in Category if one is not Category.DS]),
    diseases=st.sets(st.from_regex(r"MONDO:[0-9]{7}", fullmatch=True), max_size=4).map(
        lambda found: tuple(sorted(found))
    ),
    methods=flags,
    ancestry=flags,
    commercial=flags,
    clinical=flags,
    genetic_data=flags,
    organisation=organisations,
    partners=st.lists(organisations, unique=True, max_size=1).map(tuple),
    months=st.none() | st.integers(1, 120),
)


@given(offset=offsets, months=st.integers(1, 120), state=st.sampled_from(PermitState))
def test_no_visa_is_longer_or_earlier_than_its_permit(
    offset: timedelta, months: int, state: PermitState
) -> None:
    permit = a_permit(months=months, state=state)
    now = T0 + offset
    claims = visa_claims(permit, profile=PROFILE, now=now, jti="j")
    if claims is None:
        return
    issued, expires = claims["iat"], claims["exp"]
    assert isinstance(issued, int)
    assert isinstance(expires, int)
    assert state is PermitState.LIVE
    assert permit.not_before <= now < permit.expires_at
    assert issued < expires <= min(permit.expires_at.timestamp(), issued + MAX_VISA_SECONDS)


@given(st.lists(st.sampled_from(["live", "revoke"]), max_size=8))
def test_nothing_brings_a_revoked_permit_back(steps: list[str]) -> None:
    permit, revoked = a_permit(state=PermitState.ISSUING), False
    for at, step in enumerate(steps):
        try:
            if step == "live":
                permit = permit.go_live(Revision(at), T0)
            else:
                ending = Revocation(by=DORA, reasons="It has ended now.", revoked_at=T0)
                permit = permit.revoke(ending, Revision(at))
                revoked = True
        except PermitNotLive:
            continue
        assert not (revoked and permit.opens(T0))


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 30)), max_size=12))
def test_counts_follow_the_register_and_not_the_order_of_arrival(
    messages: list[tuple[int, int]],
) -> None:
    seen: dict[int, int] = {}
    permit = a_permit()
    for members, revision in messages:
        seen.setdefault(revision, members)
        permit = permit.narrow(seen[revision], Revision(revision))
    newest = max([revision for _, revision in messages] + [7])
    assert permit.members_revision == newest
    told = seen[newest] if newest > 7 else 610
    assert permit.members_now == (told if told >= 10 else None)


@given(purposes)
def test_a_purpose_survives_being_written_and_read(purpose: Purpose) -> None:
    assert parse_purpose(purpose.to_json()) == purpose
