# SPDX-License-Identifier: Apache-2.0
"""What a page says of a receipt, whatever it is of. Formats only."""

from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.optout import OptOutEvent
from consent_registry.domain.study_choices import KINDS, terms_of
from consent_registry.http.pages import history_views, rights_words, words
from consent_registry.http.pages.saying import Said, Speaker
from consent_registry.usecases.reading import Step
from consent_registry.usecases.receipts import Did, StudyStep


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedView:
    """One receipt in words; `dataset_title` is what it is about."""

    event_id: str
    title: str
    dataset_title: str
    said: tuple[Said, ...]
    recorded_at: datetime
    effective_from: datetime
    effective_to: datetime | None


def signed_view(done: Did, speaker: Speaker) -> SignedView:
    """Format what a receipt is of."""
    if isinstance(done, Step):
        (step,) = history_views.history([done], None, speaker).steps
        return SignedView(
            event_id=step.event_id,
            title=step.title,
            dataset_title=step.dataset_title,
            said=step.said,
            recorded_at=step.recorded_at,
            effective_from=step.effective_from,
            effective_to=step.effective_to,
        )
    if isinstance(done, StudyStep):
        record = done.record
        return SignedView(
            event_id=record.event_id,
            title=words.KIND_WORDS[KINDS[record.kind]],
            dataset_title=done.study.title if done.study else record.study,
            said=speaker.terms(terms_of(record) or ()),
            recorded_at=record.recorded_at,
            effective_from=record.effective_from,
            effective_to=record.effective_to,
        )
    if isinstance(done, OptOutEvent):
        title, where, at = words.OPT_OUT_WORDS[done.kind], words.BY_LAW, done.recorded_at
        return _act(done.optout_id, title, where, at)
    title, where = str(rights_words.RIGHTS[done.right][0]), words.AT_THE_DESK
    return _act(done.request_id, title, where, done.received_at)


def _act(act_id: str, title: str, where: str, at: datetime) -> SignedView:
    return SignedView(
        event_id=act_id,
        title=title,
        dataset_title=where,
        said=(),
        recorded_at=at,
        effective_from=at,
        effective_to=None,
    )
