# SPDX-License-Identifier: Apache-2.0
"""What the templates are given: states, what comes later, every clause of the terms."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Kind, Segment, Standing, State
from consent_registry.domain.records import Channel, EventRecord
from consent_registry.domain.register import Dataset, Member, Withdrawal
from consent_registry.domain.terms import Alternative, Modifier, Terms
from consent_registry.http.pages import history_views, views
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.outlook import Outlook
from consent_registry.usecases.reading import Choice, Choices, Step
from shared.ids import DatasetId, EventId, Ordinal, Revision
from tests.fakes.consent_factories import DAY, NOON, alternative, extract, terms

SPEAKER = Speaker(extract())
DS = DatasetId("GDI-ZZ-DATASET-1")
DATASET = Dataset(
    dataset=DS,
    title="Hearts",
    controller="A hospital",
    country="ZZ",
    legal_regime="consent_gdpr",
    created_at=NOON,
    revision=Revision(4),
    members=1,
    table_version=1,
    recorded_at=NOON,
)
MEMBER = Member(dataset=DS, ordinal=Ordinal(0), pid="p", local_id="S-1")
NOTHING = Outlook(later=(), permits=0, can_stop=True)


def choice(
    state: State, said: Terms | None = None, *, dataset: Dataset = DATASET, until: bool = False
) -> Choice:
    asked = state is not State.NOT_ASKED
    return Choice(
        dataset=dataset,
        member=MEMBER,
        standing=Standing(state=state, terms=said),
        since=NOON if asked else None,
        until=NOON + 10 * DAY if until else None,
    )


def present(*choices: Choice, outlook: Outlook | None = NOTHING) -> views.Present:
    return views.Present(
        choices=Choices(pseudonym="P-1", effective_at=NOON, known_at=NOON, choices=choices),
        outlooks={} if outlook is None else {one.dataset.dataset: outlook for one in choices},
        studies={},
    )


@pytest.mark.parametrize(
    ("found", "state", "sentences"),
    [
        (
            choice(State.GIVEN, terms()),
            "Allowed",
            (
                "You allow the use of your data since 1 June 2026. "
                "It has no end date. It holds until you stop it."
            ),
        ),
        (
            choice(State.GIVEN, terms(), until=True),
            "Allowed",
            "You allow the use of your data since 1 June 2026. It ends on 11 June 2026.",
        ),
        (
            choice(State.GIVEN),
            "Not clear",
            "What was written down on 1 June 2026 does not count. Your data are not used.",
        ),
        (
            choice(State.REFUSED),
            "Not allowed",
            "You said no on 1 June 2026. Your data are not used.",
        ),
        (
            choice(State.WITHDRAWN),
            "Stopped",
            "You stopped the use of your data on 1 June 2026.",
        ),
        (
            choice(State.EXPIRED, until=True),
            "Ended",
            "Your consent ended on 11 June 2026. Your data are not used.",
        ),
        (
            choice(State.NOT_ASKED),
            "No answer",
            "No answer of yours counts for today. Your data are not used.",
        ),
        (
            choice(State.PENDING_RECONSENT),
            "To be asked again",
            (
                "You have to be asked again since 1 June 2026. "
                "Until you answer, your data are not used."
            ),
        ),
        (
            choice(State.INVALID),
            "Not clear",
            "What was written down on 1 June 2026 does not count. Your data are not used.",
        ),
    ],
    ids=lambda value: value.standing.state.value if isinstance(value, Choice) else "",
)
def test_each_state_is_one_word_and_a_sentence(found: Choice, state: str, sentences: str) -> None:
    view = views.home(present(found), SPEAKER)
    ((one,),) = [study.datasets for study in view.studies]
    assert (one.state, " ".join(one.sentences)) == (state, sentences)
    allowed = state == "Allowed"
    assert bool(one.said) is allowed
    assert view.status == (
        "Right now, you allow the use of your data."
        if allowed
        else "Right now, you do not allow any use of your data."
    )


def test_one_sentence_speaks_of_all_datasets() -> None:
    second = replace(DATASET, dataset=DatasetId("GDI-ZZ-DATASET-2"))
    both = present(choice(State.GIVEN, terms()), choice(State.WITHDRAWN, dataset=second))
    view = views.home(both, SPEAKER)
    assert view.status == (
        "Right now, you allow the use of your data in 1 of the 2 datasets you are in."
    )
    assert view.can_stop_all
    assert not views.home(present(), SPEAKER).can_stop_all
    assert views.home(present(), SPEAKER).status == "You are in no dataset here."
    assert not views.home(present(choice(State.GIVEN, terms())), SPEAKER).can_stop_all


def test_what_comes_later_is_said_but_an_end_only_once() -> None:
    def segment(days: int, state: State, said: Terms | None = None) -> Segment:
        standing = Standing(state=state, terms=said)
        return Segment(starts_at=NOON + days * DAY, ends_at=None, standing=standing)

    later = (
        segment(1, State.GIVEN, terms(Duo.GRU)),
        segment(2, State.WITHDRAWN),
        segment(3, State.EXPIRED),
    )
    outlook = Outlook(later=later, permits=2, can_stop=False)
    (study,) = views.home(present(choice(State.WITHDRAWN), outlook=outlook), SPEAKER).studies
    (one,) = study.datasets
    assert [coming.sentence for coming in one.coming] == [
        "This changes on 2 June 2026. From then on, you allow this:",
        "This stops by itself on 3 June 2026.",
    ]
    assert one.coming[0].said[0].uses[0].startswith("Researchers may use my data for any kind")
    assert (one.permits, one.can_stop) == (2, False)


def test_a_dataset_that_came_between_two_questions_can_be_stopped() -> None:
    view = views.home(present(choice(State.GIVEN, terms()), outlook=None), SPEAKER)
    ((one,),) = [study.datasets for study in view.studies]
    assert one.can_stop


def test_the_question_is_about_her_own_datasets_only() -> None:
    asked = present(choice(State.GIVEN, terms()), outlook=replace(NOTHING, permits=3))
    view = views.question(asked, views.About(dataset=DS), SPEAKER, key="k")
    assert view is not None
    assert (view.titles, view.permits, view.key) == (("Hearts",), 3, "k")
    assert any("You can ask A hospital to delete them." in one.text for one in view.consequences)
    assert views.question(asked, views.About(dataset="GDI-ZZ-DATASET-9"), SPEAKER, key="k") is None
    assert views.question(present(), views.About(), SPEAKER, key="k") is None


def test_a_receipt_names_a_dataset_even_when_nothing_else_is_known_of_it() -> None:
    gone = DatasetId("GDI-ZZ-DATASET-7")
    done = Withdrawal(
        withdrawal_id="w-1",
        pid="p",
        recorded_at=NOON,
        revisions=((DS, Revision(5)), (gone, Revision(9))),
        idempotency_key=None,
        request_sha256=b"",
    )
    view = views.receipt(done, present(choice(State.WITHDRAWN)).choices, [], SPEAKER)
    assert [(one.title, one.revision) for one in view.stopped] == [("Hearts", 5), (gone, 9)]
    assert view.participant == "P-1"


def test_a_step_whose_terms_are_gone_says_so() -> None:
    record = EventRecord(
        event_id=EventId("e"),
        pid="p",
        dataset=DS,
        ordinal=Ordinal(0),
        kind=Kind.GIVEN,
        expressed_at=NOON,
        effective_from=NOON,
        recorded_at=NOON,
        revision=Revision(1),
        channel=Channel.IMPORT,
        personal=b"",
    )
    view = history_views.history([Step(dataset=DATASET, record=record, terms=None)], None, SPEAKER)
    assert "What it said cannot be read any more." in view.steps[0].notes
    assert view.title == ""
    assert history_views.history([], DS, SPEAKER).steps == ()


def test_every_clause_of_terms_is_said_under_its_heading() -> None:
    full = Alternative(
        permission=Duo.GRU,
        modifiers=(
            Modifier(code=Duo.CC),
            Modifier(code=Duo.NPU),
            Modifier(code=Duo.GS, values=("ADEQUATE", "EEA", "EU", "ZZ")),
            Modifier(code=Duo.COL, values=("the heart team",)),
            Modifier(code=Duo.IRB),
            Modifier(code=Duo.TS, values=("1",)),
        ),
    )
    (said,) = SPEAKER.terms((full,))
    assert [len(said.uses), len(said.limits), len(said.rules)] == [2, 2, 3]
    assert said.uses[1].startswith("My data may also be used in patient care.")
    assert "the European Union" in said.limits[1]
    assert "the made-up country ZZ" in said.limits[1]
    assert said.rules[0].endswith("The person to ask is: the heart team.")
    assert "The ethics board is" not in said.rules[1]
    assert "lasts 1 month." in said.rules[2]
    assert len(SPEAKER.terms((alternative(), alternative(Duo.GRU)))) == 2


@pytest.mark.parametrize(
    ("months", "text"), [("1", "1 month"), ("12", "1 year"), ("18", "18 months"), ("36", "3 years")]
)
def test_months_are_said_as_people_say_them(months: str, text: str) -> None:
    (said,) = SPEAKER.terms(terms(TS=months))
    assert f"lasts {text}." in said.rules[0]


def test_a_name_that_is_not_known_is_shown_as_written() -> None:
    (said,) = SPEAKER.terms(terms(Duo.DS, diseases="MONDO:9999999"))
    assert "MONDO:9999999" in said.uses[0]
    assert SPEAKER.place("QQ") == "QQ"


def test_days_are_those_of_utc() -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert SPEAKER.day(late) == "1 June 2026"
    assert SPEAKER.day(late + timedelta(hours=1)) == "2 June 2026"
