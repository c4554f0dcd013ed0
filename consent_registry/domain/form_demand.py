# SPDX-License-Identifier: Apache-2.0
"""Whether a consent may be recorded under the form that it names. A no never needs a form.

A dataset may demand one form. Where it does, a consent names a published version of it; and no
dataset takes a consent under a registered form that leaves out a minimum element (law.md C-2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from consent_registry.domain.form import FormState, StoredForm
from consent_registry.domain.row_codes import Fault, RowCode

COLUMN = "form_version"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormUse:
    """Every published form under both its names, and which form each dataset demands."""

    demanded: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, StoredForm] = field(default_factory=dict)

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
        form = found.form
        faults: tuple[Fault, ...] = ()
        if demanded and form.name != demanded:
            faults = (Fault(COLUMN, RowCode.FORM_UNKNOWN),)
        elif form.missing_elements:
            missing = f"missing: {', '.join(form.missing_elements)}"
            faults = (Fault(COLUMN, RowCode.FORM_INCOMPLETE, missing),)
        elif found.retired_at is not None and expressed_at >= found.retired_at:
            faults = (Fault(COLUMN, RowCode.FORM_RETIRED),)
        return form.sha256, faults


def form_use(demanded: Mapping[str, str], stored: Iterable[StoredForm]) -> FormUse:
    """Make the rule of these datasets and forms."""
    forms: dict[str, StoredForm] = {}
    for one in stored:
        if one.state is not FormState.DRAFT:
            forms[one.form.sha256] = one
            forms[f"{one.form.name}@{one.form.version}"] = one
    return FormUse(demanded={name: form for name, form in demanded.items() if form}, forms=forms)
