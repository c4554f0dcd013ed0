# SPDX-License-Identifier: Apache-2.0
"""Whether a consent may be recorded under the form that it names. A no never needs a form.

A dataset may demand one form. Where it does, a consent names a published version of it. No dataset
takes a consent under a registered form that leaves out a minimum element (law.md C-2), or that no
answers to the form would have made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.form import Form, FormState, StoredForm
from consent_registry.domain.form_outcomes import can_grant
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.terms import Terms, read_written

COLUMN: Final = "form_version"
_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableForm:
    """A published form as imports ask about it, worked out once for millions of rows."""

    form: Form
    sha256: str
    missing: tuple[str, ...]
    retired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormUse:
    """Every published form under both its names, and which form each dataset demands."""

    demanded: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, UsableForm] = field(default_factory=dict)
    _judged: dict[tuple[str, tuple[str, ...]], tuple[Fault, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def judge(
        self, dataset: str, named: str, expressed_at: datetime
    ) -> tuple[str, tuple[Fault, ...]]:
        """Give what is recorded as the form of a consent, and why the consent is refused.

        A registered form is recorded by its SHA-256; where no form is demanded, another name of a
        form is recorded as it came.
        """
        demanded, found = self.demanded.get(dataset, ""), self.forms.get(named)
        if demanded and not named:
            return named, (Fault(COLUMN, RowCode.FORM_REQUIRED),)
        if found is None:
            return named, (Fault(COLUMN, RowCode.FORM_UNKNOWN),) if demanded else ()
        faults: tuple[Fault, ...] = ()
        if demanded and found.form.name != demanded:
            faults = (Fault(COLUMN, RowCode.FORM_UNKNOWN),)
        elif found.missing:
            faults = (
                Fault(COLUMN, RowCode.FORM_INCOMPLETE, f"missing: {', '.join(found.missing)}"),
            )
        elif found.retired_at is not None and expressed_at >= found.retired_at:
            faults = (Fault(COLUMN, RowCode.FORM_RETIRED),)
        return found.sha256, faults

    def judge_terms(self, recorded: str, terms: Terms, diseases: Diseases) -> tuple[Fault, ...]:
        """Say whether the form recorded by `judge` can make these grants; any other form can."""
        found = self.forms.get(recorded)
        if found is None or can_grant(found.form, terms, diseases):
            return ()
        return (Fault(COLUMN, RowCode.FORM_GRANTS_OTHERWISE),)

    def judge_texts(
        self, recorded: str, texts: tuple[str, ...], diseases: Diseases
    ) -> tuple[Fault, ...]:
        """Do the same for grants as an import stages them; most people chose what others chose."""
        if recorded not in self.forms:
            return ()
        held = self._judged.get((recorded, texts))
        if held is None:
            held = self.judge_terms(recorded, read_written(texts) or (), diseases)
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            self._judged[recorded, texts] = held
        return held


def form_use(demanded: Mapping[str, str], stored: Iterable[StoredForm]) -> FormUse:
    """Make the rule of these datasets and forms."""
    forms: dict[str, UsableForm] = {}
    for one in stored:
        if one.state is not FormState.DRAFT:
            usable = UsableForm(
                form=one.form,
                sha256=one.form.sha256,
                missing=one.form.missing_elements,
                retired_at=one.retired_at,
            )
            forms[usable.sha256] = forms[f"{one.form.name}@{one.form.version}"] = usable
    return FormUse(demanded={name: form for name, form in demanded.items() if form}, forms=forms)
