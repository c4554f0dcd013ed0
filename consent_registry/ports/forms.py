# SPDX-License-Identifier: Apache-2.0
"""What the use cases need to keep consent forms, and to know whose rules they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consent_registry.domain.form import Form, FormState, StoredForm


class Forms(Protocol):
    """Forms, none ever changed or dropped: events name them."""

    def add(self, form: Form, at: datetime) -> None:
        """Keep a draft; one that is kept already stays as it is."""
        ...

    def step(self, form: Form, state: FormState, signature: str, at: datetime) -> bool:
        """Take a kept form one step on; False, and nothing done, when it cannot be taken.

        It cannot when it was taken before, or, to be published, when another form of the same name
        and version was. Of several at the same moment one succeeds.
        """
        ...

    def get(self, sha256: str) -> StoredForm | None:
        """Give a form by its SHA-256 in hex."""
        ...

    def every(self) -> Sequence[StoredForm]:
        """Give all forms by name, version and the time they were kept."""
        ...
