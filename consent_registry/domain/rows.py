# SPDX-License-Identifier: Apache-2.0
"""One row of the consent CSV: read, checked, and put into canonical form.

Columns are those of architecture.md section 8; modifiers are `CODE[=value[,value…]]` and diseases
MONDO identifiers, both separated by `;`. A row is judged by itself here; what rows of one consent
owe each other, and what the register already knows, is judged by whoever sees them together.
No fault repeats a value. `OPTIONAL` columns may be left out, and cost nothing then.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from consent_registry.domain.dating import FARTHEST, too_far
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.duo import MOVED_AT, has_moved
from consent_registry.domain.form_demand import FormUse
from consent_registry.domain.history import Kind
from consent_registry.domain.identifiers import is_name
from consent_registry.domain.limits import activity_faults, category_faults
from consent_registry.domain.national import NO_VOCABULARY, Vocabulary
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.studies import NO_STUDIES, KnownStudies, scope_of, study_in
from consent_registry.domain.terms import (
    MAX_ALTERNATIVES,
    RawAlternative,
    RawModifier,
    canonical_text,
    read_alternative,
)
from consent_registry.domain.windows import is_day
from shared.clock import from_rfc3339
from shared.ids import DatasetId

MAPPING_VERSION: Final = 1
COLUMNS: Final = (
    "participant",
    "dataset",
    "local_id",
    "alternative",
    "permission",
    "modifiers",
    "diseases",
    "state",
    "signed_on",
    "effective_from",
    "effective_to",
    "form_version",
)
WINDOW: Final = ("data_first", "data_last")
CATEGORIES: Final = "data_categories"
_MORE: Final = ("activities", *WINDOW, CATEGORIES)
STUDY: Final = "study"
OPTIONAL: Final = (*_MORE, STUDY)
MAX_FAULTS: Final = 20
"""So many of one row are named; a cell can be made to have thousands."""
_SAID: Final = 3  # permission, modifiers, diseases
_NO_MORE: Final = ("", "", "", "")
# A paper signed today east of Greenwich may carry tomorrow's date in UTC.
SIGNED_AHEAD: Final = timedelta(days=1)

_FORM: Final = re.compile(r"[^\x00-\x1f\x7f]{0,64}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_STATES: Final[Mapping[str, Kind]] = {
    "given": Kind.GIVEN,
    "refused": Kind.REFUSED,
    "withdrawn": Kind.WITHDRAWN,
}
_CACHE_ROWS: Final = 50_000
_CACHE_CHARS: Final = 2_000  # of one entry; nobody's choices are as long


class Row(NamedTuple):
    """A row without faults. `alternative_text` is canonical JSON of a list, or empty.

    The list has one alternative in a CSV, and every alternative of the consent in FHIR. There,
    `references` are the names of the consent itself, as digests. Of a choice for a study `dataset`
    is the study's scope, the participant stands for the local id, and `told_of` are the datasets
    that she was told of.
    """

    participant: str
    dataset: str
    local_id: str
    alternative: int
    alternative_text: str
    kind: Kind
    expressed_at: datetime
    effective_from: datetime
    effective_to: datetime | None
    form_version: str
    references: tuple[str, ...] = ()
    told_of: tuple[DatasetId, ...] | None = None

    @property
    def study(self) -> str:
        """The study that the row is about; empty where it is about a dataset."""
        return study_in(self.dataset)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    expressed_at: datetime
    effective_from: datetime
    effective_to: datetime | None


class RowReader:
    """Reads the rows of one import. Remembers what it has parsed: real files repeat themselves.

    `columns` is the header of the file, in any order; `known_dataset` says whether a dataset is
    registered; `now` is the instant of the import, which closings without a date take; `forms` says
    under which forms a consent may be recorded, and None leaves that to the caller; `vocabulary`
    has the national codes of the policy in force then, and `yes_ahead` its bound of dating ahead;
    `studies` are those that a row may be about.
    """

    def __init__(
        self,
        columns: Sequence[str],
        *,
        diseases: Diseases,
        known_dataset: Callable[[str], bool],
        now: datetime,
        forms: FormUse | None,
        vocabulary: Vocabulary = NO_VOCABULARY,
        studies: KnownStudies = NO_STUDIES,
        yes_ahead: timedelta = FARTHEST,
    ) -> None:
        self._study_at = columns.index(STUDY) if STUDY in columns else None
        self._studies = studies
        self._at = tuple(columns.index(name) for name in COLUMNS)
        self._more = tuple(columns.index(n) if n in columns else None for n in _MORE)
        self._bare = all(at is None for at in self._more)
        self._width = len(columns)
        self._diseases = diseases
        self._vocabulary = vocabulary
        self._known_dataset = known_dataset
        self._now = now
        self._forms = forms
        self._yes_ahead = yes_ahead
        self._alternatives: dict[tuple[str, ...], tuple[str, tuple[Fault, ...]]] = {}
        self._times: dict[tuple[str, ...], tuple[_Times | None, tuple[Fault, ...]]] = {}

    def read(self, fields: Sequence[str]) -> Row | tuple[Fault, ...]:
        """Give the row in canonical form, or everything that is wrong with it."""
        if len(fields) != self._width:
            return (Fault("", RowCode.COLUMN_COUNT),)
        value = [fields[at].strip() for at in self._at]
        participant, dataset, local_id, number, *content, state, signed, begins, ends, form = value
        study = self._study(fields)
        faults = self._identity(participant, study or dataset, local_id, of_study=bool(study))
        alternative = _alternative_number(number)
        if alternative is None:
            faults += (Fault("alternative", RowCode.ALTERNATIVE),)
        kind = _STATES.get(state)
        if kind is None:
            faults += (Fault("state", RowCode.UNKNOWN_STATE),)
        more = () if self._bare else self._optional(fields)
        text, found = self._alternative(kind, (*content, *more))
        times, mistimed = self._timing(kind, (signed, begins, ends))
        faults += found + mistimed
        if kind is Kind.GIVEN and times is not None and times.expressed_at < MOVED_AT:
            faults += _moved(content[1])
        judged: Sequence[str] = (dataset,)
        if study:
            judged, untold = self._told_of(study, dataset, kind, times)
            faults += untold
        if not _FORM.fullmatch(form):
            faults += (Fault("form_version", RowCode.FORM_VERSION),)
        elif times is not None and self._forms is not None:
            form, unfit = self._forms.judge_for(judged, form, times.expressed_at)
            if kind is Kind.GIVEN:
                faults += unfit or self._forms.judge_texts(form, (text,), self._diseases)
        if faults or kind is None or alternative is None or times is None:
            return faults[:MAX_FAULTS]
        return Row(
            participant=participant,
            dataset=scope_of(study) if study else dataset,
            local_id=participant if study else local_id,
            alternative=alternative,
            alternative_text=text,
            kind=kind,
            expressed_at=times.expressed_at,
            effective_from=times.effective_from,
            effective_to=times.effective_to,
            form_version=form,
            told_of=tuple(map(DatasetId, judged)) if study else None,
        )

    def whose(self, fields: Sequence[str]) -> tuple[str, str] | None:
        """Give participant and scope of a row, good or bad; None when they cannot be told."""
        if len(fields) != self._width:
            return None
        participant, dataset = fields[self._at[0]].strip(), fields[self._at[1]].strip()
        study = self._study(fields)
        if is_name(participant) and is_name(study or dataset):
            return participant, scope_of(study) if study else dataset
        return None

    def _study(self, fields: Sequence[str]) -> str:
        return "" if self._study_at is None else fields[self._study_at].strip()

    def _identity(
        self, participant: str, scope: str, local_id: str, *, of_study: bool
    ) -> tuple[Fault, ...]:
        faults: tuple[Fault, ...] = ()
        if not is_name(participant):
            faults += (Fault("participant", RowCode.MALFORMED_ID),)
        if of_study and local_id:
            faults += (Fault("local_id", RowCode.STUDY_LOCAL_ID),)
        if not of_study and not is_name(local_id):
            faults += (Fault("local_id", RowCode.MALFORMED_ID),)
        if of_study and scope not in self._studies.names:
            faults += (Fault(STUDY, RowCode.UNKNOWN_STUDY),)
        if not of_study and not self._known_dataset(scope):
            faults += (Fault("dataset", RowCode.UNKNOWN_DATASET),)
        return faults

    def _told_of(
        self, study: str, named: str, kind: Kind | None, times: _Times | None
    ) -> tuple[Sequence[str], tuple[Fault, ...]]:
        """Give the datasets that a yes to a study was said of: named, or known here (ADR 0038).

        A no reaches whatever is in the study, whichever it names.
        """
        told = _texts(named)
        if not all(map(self._known_dataset, told)):
            return (), (Fault("dataset", RowCode.UNKNOWN_DATASET),)
        if times is None or kind is not Kind.GIVEN:
            return sorted(set(told)), ()
        if times.effective_to is not None and times.effective_to <= self._now:
            return (), (Fault("effective_to", RowCode.DATE_ORDER),)
        placed = told or self._studies.placed(study, times.expressed_at)
        if study in self._studies.names and not placed:
            return (), (Fault("dataset", RowCode.STUDY_DATASETS),)
        return sorted(set(placed)), ()

    def _optional(self, fields: Sequence[str]) -> tuple[str, ...]:
        return tuple("" if at is None else fields[at].strip() for at in self._more)

    def _alternative(
        self, kind: Kind | None, texts: tuple[str, ...]
    ) -> tuple[str, tuple[Fault, ...]]:
        """Check permission, modifiers, diseases and window; a no may leave all of them empty."""
        if kind is not Kind.GIVEN and not any(texts[:_SAID]):
            return "", self._closing_faults(texts[_SAID:])
        held = self._alternatives.get(texts)
        if held is None:
            held = self._read_alternative(*texts)
            if sum(map(len, texts)) > _CACHE_CHARS:
                return held
            if len(self._alternatives) >= _CACHE_ROWS:
                self._alternatives.clear()
            self._alternatives[texts] = held
        return held

    @staticmethod
    def _closing_faults(more: tuple[str, ...]) -> tuple[Fault, ...]:
        """Read what a no says of activities and data; it is one to all of them, whichever."""
        activities, *window, categories = more or _NO_MORE
        faults = activity_faults(_texts(activities)) + _window(window)[1]
        return faults + category_faults(_texts(categories))

    def _read_alternative(
        self, permission: str, modifiers: str, diseases: str, *more: str
    ) -> tuple[str, tuple[Fault, ...]]:
        activities, *window, categories = more or _NO_MORE
        data, misplaced = _window(window)
        raw = RawAlternative(
            permission=permission,
            modifiers=tuple(_raw_modifier(part) for part in modifiers.split(";") if part.strip()),
            diseases=tuple(diseases.split(";")),
            activities=_texts(activities),
            data=data,
            data_categories=_texts(categories),
        )
        alternative, faults = read_alternative(raw, self._diseases, self._vocabulary)
        whole = alternative is not None and not misplaced
        return (canonical_text((alternative,)) if alternative and whole else ""), faults + misplaced

    def _timing(
        self, kind: Kind | None, texts: tuple[str, str, str]
    ) -> tuple[_Times | None, tuple[Fault, ...]]:
        key = (kind.value if kind else "", *texts)
        held = self._times.get(key)
        if held is None:
            held = self._read_times(kind, *texts)
            if len(self._times) >= _CACHE_ROWS:
                self._times.clear()
            self._times[key] = held
        return held

    def _read_times(
        self, kind: Kind | None, signed: str, begins: str, ends: str
    ) -> tuple[_Times | None, tuple[Fault, ...]]:
        named = (("signed_on", signed), ("effective_from", begins), ("effective_to", ends))
        read = {column: _instant(text) for column, text in named if text}
        faults = tuple(
            Fault(column, RowCode.DATE_INVALID) for column, at in read.items() if at is None
        )
        if faults:
            return None, faults
        expressed, start = read.get("signed_on"), read.get("effective_from")
        if expressed is None and kind is Kind.GIVEN:
            return None, (Fault("signed_on", RowCode.EVIDENCE_MISSING),)
        start = start or expressed or self._now
        times = _Times(
            expressed_at=expressed or min(start, self._now),
            effective_from=start,
            effective_to=read.get("effective_to"),
        )
        faults = self._misplaced(kind, times)
        return (None if faults else times), faults

    def _misplaced(self, kind: Kind | None, times: _Times) -> tuple[Fault, ...]:
        faults: tuple[Fault, ...] = ()
        if times.expressed_at > self._now + SIGNED_AHEAD:
            faults += (Fault("signed_on", RowCode.IN_FUTURE),)
        if times.effective_to is not None and times.effective_to <= times.effective_from:
            faults += (Fault("effective_to", RowCode.DATE_ORDER),)
        if kind is Kind.GIVEN and too_far(times.effective_from, self._now, self._yes_ahead):
            hint = f"at most {self._yes_ahead.days} days"
            faults += (Fault("effective_from", RowCode.YES_TOO_FAR_AHEAD, hint),)
        elif kind is not Kind.GIVEN and too_far(times.effective_from, self._now):
            faults += (Fault("effective_from", RowCode.TOO_FAR_AHEAD),)
        return faults


def check_header(fields: Sequence[str]) -> tuple[str, ...] | None:
    """Give the columns of a header that has each of ours exactly once, else None.

    An optional one may be missing.
    """
    columns = tuple(field.strip().lstrip("\ufeff") for field in fields)
    needed = [name for name in columns if name not in OPTIONAL]
    once = len(set(columns)) == len(columns)
    return columns if once and sorted(needed) == sorted(COLUMNS) else None


def _texts(cell: str) -> tuple[str, ...]:
    return tuple(text.strip() for text in cell.split(";") if text.strip())


def _window(ends: Sequence[str]) -> tuple[tuple[str, str], tuple[Fault, ...]]:
    """Check the ends of a data window, each in its own column; of a faulty one nothing is given."""
    first, last = ends
    faults = tuple(
        Fault(column, RowCode.DATA_WINDOW)
        for column, text in zip(WINDOW, (first, last), strict=True)
        if text and not is_day(text)
    )
    if not faults and first and last and last < first:
        faults = (Fault("data_last", RowCode.DATE_ORDER),)
    return (("", "") if faults else (first, last)), faults


def _alternative_number(text: str) -> int | None:
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_ALTERNATIVES)):
        return None
    number = int(text)
    return number if 1 <= number <= MAX_ALTERNATIVES else None


def _moved(modifiers: str) -> tuple[Fault, ...]:
    """Refuse a shorthand that an old paper and today's list do not read alike."""
    names = (part.partition("=")[0] for part in modifiers.split(";"))
    return (Fault("modifiers", RowCode.CODE_MOVED),) if any(map(has_moved, names)) else ()


def _raw_modifier(text: str) -> RawModifier:
    code, _, values = text.partition("=")
    return RawModifier(code=code, values=tuple(re.split("[,|]", values)) if values else ())


def _instant(text: str) -> datetime | None:
    """Read a date as its first instant in UTC, or a time in UTC."""
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
        return from_rfc3339(text)
    except ValueError:
        return None
