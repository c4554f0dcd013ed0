# SPDX-License-Identifier: Apache-2.0
"""Notices without a database: who gets none, how often they come, and that every text is there."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from string import Formatter

import pytest

from consent_registry.adapters.notice_texts import shipped_texts
from consent_registry.domain.lives import Preferences, Topic
from consent_registry.domain.notices import (
    DUTIES,
    NEWS,
    Notice,
    NoticeKind,
    not_before,
    paced_with,
    withheld,
)
from tests.fakes.country_policies import calendar_of

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
LANGUAGES = ("en", "et", "fi", "pt")


def notice(kind: NoticeKind, queued_at: datetime = FRIDAY) -> Notice:
    return Notice(notice_id="n", pid="p", kind=kind, about="a", queued_at=queued_at)


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize(
    ("said", "stopped"),
    [(Preferences(no_contact=True), False), (Preferences(), True)],
)
def test_who_wants_no_contact_gets_only_what_is_due(
    kind: NoticeKind, said: Preferences, stopped: bool
) -> None:
    assert withheld(kind, said, dead=False, stopped=stopped) is (kind not in DUTIES)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_the_dead_are_not_written_to(kind: NoticeKind) -> None:
    everything = Preferences(topics=frozenset(Topic))
    assert withheld(kind, everything, dead=True, stopped=False)


@pytest.mark.parametrize("topic", list(Topic))
def test_of_permits_hears_who_asked_for_it(topic: Topic) -> None:
    said = Preferences(topics=frozenset({topic}))
    gone = withheld(NoticeKind.PERMIT, said, dead=False, stopped=False)
    assert gone is (topic is not Topic.UPDATES)


@pytest.mark.parametrize("kind", [one for one in NoticeKind if one in NEWS])
def test_news_comes_once_a_day_and_at_once_after_a_quiet_day(kind: NoticeKind) -> None:
    assert paced_with(kind) == NEWS
    assert not_before(notice(kind), None, calendar_of("EE")) is None
    free = not_before(notice(kind), FRIDAY, calendar_of("EE"))
    assert free is not None
    assert free <= FRIDAY + timedelta(days=1)


def test_what_she_did_or_asked_for_is_told_each_by_itself() -> None:
    alone = {kind for kind in NoticeKind if not paced_with(kind)}
    assert alone == {
        *(NoticeKind.CODE, NoticeKind.PAPER_CODE),
        *(NoticeKind.WITHDRAWAL, NoticeKind.ANSWERED, NoticeKind.ERASED),
    }


@pytest.mark.parametrize(
    ("queued_on", "country", "last_day"),
    [
        (date(2026, 11, 27), "EE", date(2026, 11, 30)),  # over a weekend
        (date(2026, 12, 4), "FI", date(2026, 12, 7)),
        (date(2026, 11, 30), "PT", date(2026, 12, 2)),  # 1 December is a holiday
        (date(2026, 12, 23), "EE", date(2026, 12, 28)),  # Christmas
    ],
)
def test_of_a_permit_she_hears_by_the_next_working_day_whatever_else_was_sent(
    queued_on: date, country: str, last_day: date
) -> None:
    queued_at = datetime(queued_on.year, queued_on.month, queued_on.day, 9, tzinfo=UTC)
    midnight = datetime(last_day.year, last_day.month, last_day.day, tzinfo=UTC)
    sent_late = midnight - timedelta(minutes=1)
    assert (
        not_before(notice(NoticeKind.PERMIT, queued_at), sent_late, calendar_of(country))
        == midnight
    )


def test_every_language_has_every_text_with_the_same_blanks() -> None:
    raw = files("consent_registry.adapters").joinpath("data", "notices.toml").read_text("utf-8")
    texts = tomllib.loads(raw)
    assert tuple(texts) == LANGUAGES
    assert tuple(shipped_texts().languages) == LANGUAGES
    kinds = {kind.value for kind in NoticeKind}
    for language in LANGUAGES:
        assert set(texts[language]) == {*kinds, "on_paper"}
        assert not blanks(texts[language]["on_paper"]["body"])
        for kind in kinds:
            text = texts[language][kind]
            assert set(text) == {"subject", "body"}
            assert text["subject"].strip()
            assert blanks(text["body"]) == blanks(texts["en"][kind]["body"])
            assert not blanks(text["subject"])


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_no_text_names_a_dataset_or_is_left_in_another_language(kind: NoticeKind) -> None:
    said = {
        shipped_texts().say(kind, one, page="https://x.test/", day=FRIDAY.date(), code="1")
        for one in LANGUAGES
    }
    assert len(said) == len(LANGUAGES)
    assert not any("GDI" in body or "{" in body for _, body in said)


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
