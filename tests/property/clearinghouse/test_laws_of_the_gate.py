# SPDX-License-Identifier: Apache-2.0
"""Laws: bad news never allows more, nothing odd is read, and nothing but a refusal is raised."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from permit_service.clearinghouse.domain.data_categories import (
    NOTHING_TOLD,
    ManifestKinds,
    opens,
)
from permit_service.clearinghouse.domain.decision import (
    CheckedVisa,
    PermitEvidence,
    Question,
    VerifiedVisa,
    VisaFault,
    decide,
)
from permit_service.clearinghouse.domain.errors import (
    FeedFault,
    FilteringRequired,
    PathInvalid,
    PermitInvalid,
    VisaInvalid,
)
from permit_service.clearinghouse.domain.feed_reading import (
    read_dataset,
    read_dataset_change,
    read_permit_change,
    read_permits,
)
from permit_service.clearinghouse.domain.freshness import Freshness, Heartbeat
from permit_service.clearinghouse.domain.outcome import Reason, Stage
from permit_service.clearinghouse.domain.paths import DataPath, parse_path
from permit_service.clearinghouse.domain.permit import read_permit
from permit_service.clearinghouse.domain.state import (
    CohortBound,
    DatasetChange,
    DatasetRegister,
    MemberNarrowed,
    PermitStatus,
    RevisionMoved,
    apply_dataset,
    dataset_resynced,
)
from permit_service.clearinghouse.domain.visa import read_claims, read_header
from shared.ids import CohortId, Ordinal, Revision
from tests.fakes.clearinghouse import (
    DATASET,
    ISSUER,
    NOW,
    PERMIT,
    a_cohort,
    a_document,
    a_record,
    a_register,
    a_source,
    a_visa,
    local_id,
    permit_body,
    visa_body,
    visa_claims,
    visa_header,
)
from tests.fakes.clearinghouse_feeds import cohort_body, dataset_body, permits_body
from tests.fakes.kernel import START

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(2**70)
)
JSON = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.text(max_size=3), PLAIN, max_size=2)
MANIFEST = json.loads(cohort_body()["manifest"])
ORDINALS = st.integers(0, 19)
FAULTS = [
    VisaFault(stage=Stage.SHAPE, reason=Reason.VISA_INVALID),
    VisaFault(stage=Stage.TRUST, reason=Reason.VISA_ISSUER_UNTRUSTED),
    VisaFault(stage=Stage.SIGNATURE, reason=Reason.VISA_INVALID),
]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    good = [
        VerifiedVisa(
            visa=a_visa(expires_at=NOW + draw(st.sampled_from([-5, 900]))), source=a_source()
        ),
        VerifiedVisa(
            visa=a_visa(subject=draw(st.sampled_from(["x", a_visa().subject]))), source=a_source()
        ),
    ]
    visas: list[CheckedVisa] = draw(st.lists(st.sampled_from([*good, *FAULTS]), max_size=4))
    lapses = draw(st.dictionaries(ORDINALS.map(Ordinal), st.just(START), max_size=2))
    cohort = a_cohort(draw(st.sets(ORDINALS)), lapses=lapses)
    status = draw(st.sampled_from(list(PermitStatus)))
    return Question(
        path=DataPath(dataset=DATASET, local_id=local_id(draw(ORDINALS)), file="x"),
        visas=tuple(visas),
        permits={PERMIT: PermitEvidence(record=a_record(status=status), document=a_document())},
        register=a_register(cohort),
        now=START,
    )


@st.composite
def narrowings(draw: st.DrawFn, revision: int) -> MemberNarrowed:
    named = draw(st.none() | st.frozensets(st.sampled_from([CohortId("cohort-1"), CohortId("x")])))
    return MemberNarrowed(
        revision=Revision(revision), ordinal=Ordinal(draw(ORDINALS)), cause="changed", cohorts=named
    )


@given(questions(), st.data())
def test_bad_news_never_allows_more(question: Question, data: st.DataObject) -> None:
    before = decide(question)
    assert question.register is not None
    change = data.draw(narrowings(13))
    worse = [
        replace(question, register=apply_dataset(question.register, [change])),
        replace(question, visas=question.visas[1:]),
        replace(question, permits={}),
        replace(question, register=None),
        replace(
            question,
            permits={
                PERMIT: PermitEvidence(
                    record=a_record(status=PermitStatus.REVOKED), document=a_document()
                )
            },
        ),
    ]
    if not before.allowed:
        assert not any(decide(one).allowed for one in worse)
    else:
        assert before.ordinal is not None
        assert before.ordinal in question.register.cohorts[PERMIT].members


@given(questions(), st.lists(st.sampled_from(FAULTS), max_size=3))
def test_bad_visas_beside_it_take_nothing_from_a_good_one(
    question: Question, more: list[VisaFault]
) -> None:
    before = decide(question)
    assert decide(replace(question, visas=(*more, *question.visas))).allowed == before.allowed


KINDS = st.frozensets(st.sampled_from(("genome", "variants", "images", "proteome")))


@given(KINDS, KINDS, KINDS, st.sampled_from(("genome", "images", "proteome", "S000003")))
def test_less_asked_for_never_opens_more(
    named: frozenset[str], held: frozenset[str], asked: frozenset[str], kind: str
) -> None:
    told = ManifestKinds(held=held, asked=asked)
    for fewer in (replace(told, asked=asked - {one}) for one in asked):
        if fewer != NOTHING_TOLD and opens(kind, named=named, told=fewer):
            assert opens(kind, named=named, told=told)


@st.composite
def histories(draw: st.DrawFn) -> list[DatasetChange | DatasetRegister]:
    """Changes and snapshots as any publisher, right or wrong, might send them."""
    steps: list[DatasetChange | DatasetRegister] = []
    for revision in range(13, 13 + draw(st.integers(1, 8))):
        cohort = a_cohort(draw(st.sets(ORDINALS)), revision=draw(st.integers(8, revision)))
        steps.append(
            draw(
                st.one_of(
                    narrowings(revision),
                    st.just(CohortBound(revision=Revision(revision), cohort=cohort)),
                    st.just(RevisionMoved(revision=Revision(revision))),
                    st.just(a_register(cohort, revision=revision)),
                )
            )
        )
    return steps


@given(histories())
def test_no_history_ever_widens_a_cohort(steps: list[DatasetChange | DatasetRegister]) -> None:
    register = a_register(a_cohort())
    for step in steps:
        before = register.cohorts[PERMIT]
        if isinstance(step, DatasetRegister):
            register = dataset_resynced(register, step)
        else:
            register = apply_dataset(register, [step])
        after = register.cohorts[PERMIT]
        assert len(after.members.only(before.members)) == len(after.members)
        for ordinal, at in before.lapses.items():
            assert after.lapses[ordinal] <= at


@given(st.data(), st.integers(1, 6))
def test_a_batch_means_the_same_as_its_changes_one_by_one(data: st.DataObject, length: int) -> None:
    changes = [data.draw(narrowings(13 + number // 2)) for number in range(length)]
    together = apply_dataset(a_register(a_cohort()), changes)
    register = a_register(a_cohort())
    for change in changes:
        register = apply_dataset(register, [change])
    assert register == together


PATHS = st.text(max_size=40) | st.lists(
    st.sampled_from(["", ".", "..", "P1", DATASET, "a.vcf", "%2e", "x y", "ä", "\x00"]), max_size=5
).map(lambda parts: "/data/" + "/".join(parts))


@given(PATHS)
def test_a_path_is_read_as_exactly_itself_or_not_at_all(path: str) -> None:
    try:
        found = parse_path(path)
    except (PathInvalid, FilteringRequired):
        return
    assert path == f"/data/{found.dataset}/{found.local_id}/{found.file}"
    assert path.isascii()
    assert ".." not in path.split("/")


@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "jku", "crit", "zip"]), JSON))
def test_any_header_is_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(VisaInvalid):
        read_header({**visa_header(), **changes})


@given(
    st.dictionaries(st.sampled_from(list(visa_claims())), JSON),
    st.dictionaries(st.sampled_from([*visa_body(), "conditions"]), JSON),
)
def test_any_claims_are_read_or_refused(
    changes: dict[str, Any], body_changes: dict[str, Any]
) -> None:
    try:
        visa = read_claims({**visa_claims({**visa_body(), **body_changes}), **changes}, now=NOW)
    except VisaInvalid:
        return
    assert 0 < visa.issued_at < visa.expires_at
    assert len(visa.value) <= 255 or visa.type != "ControlledAccessGrants"
    assert len(visa.source) <= 255


@given(st.dictionaries(st.sampled_from(list(permit_body(a_document()))), JSON))
def test_any_permit_body_is_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(PermitInvalid):
        read_permit({**permit_body(a_document()), **changes}, issuer=ISSUER)


@given(
    st.dictionaries(st.sampled_from(list(dataset_body())), JSON),
    st.dictionaries(st.sampled_from(list(cohort_body())), JSON),
    st.dictionaries(st.sampled_from(list(MANIFEST)), JSON),
    st.sampled_from(["member.added", "member.narrowed", "cohort.bound", "permit.issued", "x"]),
)
def test_any_feed_body_is_read_or_refused(
    changes: dict[str, Any], cohort_changes: dict[str, Any], signed: dict[str, Any], kind: str
) -> None:
    cohort, manifest = {**cohort_body(), **cohort_changes}, {**MANIFEST, **signed}
    dataset = {**dataset_body(cohort), **changes}
    change = {**cohort, "kind": kind, "revision": 13, **changes}
    for read in (
        lambda: read_dataset(dataset, lambda _: manifest),
        lambda: read_dataset_change(change, lambda _: manifest),
        lambda: read_permits({**permits_body(), **changes}),
        lambda: read_permit_change(change),
    ):
        with suppress(FeedFault):
            read()


def test_an_unaltered_feed_body_is_read() -> None:
    body = dataset_body(cohort_body())
    assert read_dataset(body, lambda _: MANIFEST).cohorts[PERMIT].cohort_id == MANIFEST["cohort_id"]


BEATS = st.lists(st.tuples(st.floats(0, 300), st.integers(1, 5), st.floats(0, 100)), max_size=8)


@given(BEATS, st.floats(0, 100))
def test_a_picture_is_never_younger_than_its_last_heartbeat(
    beats: list[tuple[float, int, float]], later: float
) -> None:
    """Each beat: when it was true, its revision, and how long it was on the road."""
    fresh, monotonic, true_at = Freshness(), 1000.0, list[float]()
    for said, revision, road in beats:
        monotonic = max(monotonic, 1000.0 + said + road)
        wall = START.fromtimestamp(START.timestamp() + monotonic - 1000.0, START.tzinfo)
        time = START.fromtimestamp(START.timestamp() + said, START.tzinfo)
        beat = Heartbeat(register="r", revision=Revision(revision), time=time)
        try:
            fresh = fresh.heard(beat, applied=Revision(3), wall=wall, monotonic=monotonic, most=60)
        except FeedFault:
            continue
        if revision <= 3:
            true_at.append(1000.0 + said)
    age = fresh.age(monotonic + later)
    if age is not None:
        assert age >= monotonic + later - max(true_at) - 0.01
