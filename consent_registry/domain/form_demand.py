# SPDX-License-Identifier: Apache-2.0
"""Whether a consent may be recorded under the form that it names. A no never needs a form.

A dataset may demand one form, or versions of it from one on. Where it does, a consent names such a
version, published; what was recorded before goes on holding as it was given. No dataset takes a
consent under a form that nobody has published here, under one that leaves out a minimum element
(law.md C-2), or one that no answers to the form would have made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.form import Form, FormState, StoredForm, version_key
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
    """Every published form under both its names, and which form each dataset demands.

    A demand is a form's name, or `name@version` for that version and those after it.
    """

    demanded: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, UsableForm] = field(default_factory=dict)
    _judged: dict[tuple[str, tuple[str, ...]], tuple[Fault, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def judge(
        self, dataset: str, named: str, expressed_at: datetime
    ) -> tuple[str, tuple[Fault, ...]]:
        """Give what is recorded as the form of a consent, and why the consent is refused.

        A form is recorded by its SHA-256. Whether one is demanded or not, a consent that names one
        names a published version: under another nobody could say what she was shown (GDPR 7(1)).
        """
        demanded, found = self.demanded.get(dataset, ""), self.forms.get(named)
        if demanded and not named:
            return named, (Fault(COLUMN, RowCode.FORM_REQUIRED),)
        if found is None:
            what = RowCode.FORM_UNKNOWN if demanded else RowCode.FORM_NOT_PUBLISHED
            return named, (Fault(COLUMN, what),) if named else ()
        faults: tuple[Fault, ...] = ()
        name, version = split_demand(demanded)
        if demanded and found.form.name != name:
            faults = (Fault(COLUMN, RowCode.FORM_UNKNOWN),)
        elif version and version_key(found.form.version) < version_key(version):
            faults = (Fault(COLUMN, RowCode.FORM_SUPERSEDED, f"from {version} on"),)
        elif found.missing:
            faults = (
                Fault(COLUMN, RowCode.FORM_INCOMPLETE, f"missing: {', '.join(found.missing)}"),
            )
        elif found.retired_at is not None and expressed_at >= found.retired_at:
            faults = (Fault(COLUMN, RowCode.FORM_RETIRED),)
        return found.sha256, faults

    def judge_for(
        self, datasets: Sequence[str], named: str, expressed_at: datetime
    ) -> tuple[str, tuple[Fault, ...]]:
        """Do the same for a consent to several datasets, each of which has to take it."""
        if len(datasets) == 1:
            return self.judge(datasets[0], named, expressed_at)
        form, faults = self.judge("", named, expressed_at)
        for dataset in datasets:
            form, unfit = self.judge(dataset, named, expressed_at)
            faults = faults or unfit
        return form, faults

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


def split_demand(demanded: str) -> tuple[str, str]:
    """Give name and least version of a demand; each is empty where it was not said."""
    name, _, version = demanded.partition("@")
    return name, version


def meets(form: Form, demanded: str) -> bool:
    """Say whether this is a version of the form that is demanded."""
    name, version = split_demand(demanded)
    least = version_key(version) if version else ()
    return form.name == name and version_key(form.version) >= least


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
