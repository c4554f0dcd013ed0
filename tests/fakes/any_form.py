# SPDX-License-Identifier: Apache-2.0
"""A node that has published every form there is, for what is not about forms."""

from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.form_demand import FormUse
from consent_registry.domain.row_codes import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyForm(FormUse):
    """Takes every name of a form as it comes."""

    def judge(
        self, dataset: str, named: str, expressed_at: datetime
    ) -> tuple[str, tuple[Fault, ...]]:
        """Find nothing wrong."""
        del dataset, expressed_at
        return named, ()
