# SPDX-License-Identifier: Apache-2.0
"""What the use cases need of rulings, each method with the guarantee it gives."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from consent_registry.domain.rulings import RulingStatement
from shared.ids import ApplicationId


class Rulings(Protocol):
    """The statements about rulings: added, never changed, within the unit of work's transaction.

    Whoever adds holds the dataset that the statement is about.
    """

    def add(self, statement: RulingStatement) -> bool:
        """Keep a statement; False, and nothing done, when this one of the ruling is kept already.

        A ruling has at most two: what it says, and that it is withdrawn.
        """
        ...

    def of_ruling(self, ruling_id: str) -> Sequence[RulingStatement]:
        """Give every statement of one ruling."""
        ...

    def of_case(self, application_id: ApplicationId) -> Sequence[RulingStatement]:
        """Give every statement about one application, in the order of their ids."""
        ...


RulingReader = Callable[[str], Mapping[str, object]]
"""Gives the body of a statement that the authority's key signed.

Raises RulingUnreadable for anything else, and RulingsNotTaken while the keys cannot be had.
"""
