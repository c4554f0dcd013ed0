# SPDX-License-Identifier: Apache-2.0
"""The history and its steps, as the templates show them. Formats only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.stopping import closed_between
from consent_registry.domain.terms import terms_on
from consent_registry.http.pages import words
from consent_registry.http.pages.saying import Said, Speaker
from consent_registry.usecases.reading import Step

_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One event of the history in words."""

    event_id: str
    title: str
    dataset: str
    dataset_title: str
    said: tuple[Said, ...]
    stopped: tuple[str, ...]
    notes: tuple[str, ...]
    recorded_at: datetime
    effective_from: datetime
    effective_to: datetime | None
    withdrawal_id: str
    form_version: str
    registered_form: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """The history, of one dataset or of all."""

    title: str
    steps: tuple[StepView, ...]


def history(steps: Sequence[Step], dataset: str | None, speaker: Speaker) -> HistoryView:
    """Format the history, newest first as the use case gives it."""
    shown = [step for step in steps if dataset is None or step.dataset.dataset == dataset]
    return HistoryView(
        title=shown[0].dataset.title if dataset is not None and shown else "",
        steps=tuple(_step(step, speaker) for step in shown),
    )


def _step(step: Step, speaker: Speaker) -> StepView:
    record = step.record
    notes = [words.CHANNEL_WORDS[record.channel]]
    if record.kind.grants and step.terms is None:
        notes.append(words.SAID_UNREADABLE)
    return StepView(
        event_id=record.event_id,
        title=words.KIND_WORDS[record.kind],
        dataset=step.dataset.dataset,
        dataset_title=step.dataset.title,
        said=speaker.terms(step.terms or ()),
        stopped=_stopped(step, speaker),
        notes=tuple(notes),
        recorded_at=record.recorded_at,
        effective_from=record.effective_from,
        effective_to=record.effective_to,
        withdrawal_id=record.withdrawal_id or "",
        form_version=record.form_version,
        registered_form=_SHA256.fullmatch(record.form_version) is not None,
    )


def _stopped(step: Step, speaker: Speaker) -> tuple[str, ...]:
    """Name what a no to some took out of what stood."""
    if step.narrowed is None or step.terms is None:
        return ()
    then = terms_on(step.narrowed, step.record.effective_from.date())
    return speaker.closed(closed_between(then, step.terms))
