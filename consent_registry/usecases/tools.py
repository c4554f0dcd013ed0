# SPDX-License-Identifier: Apache-2.0
"""What every use case is given: the ports, the clock, and what decisions depend on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.policy import Policy
from consent_registry.domain.purpose import Purpose
from consent_registry.ports import Signer, Units
from shared.clock import Clock
from shared.ids import IdSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The registry's surroundings.

    `hierarchy` gives the release of the disease hierarchy in use at that moment; within one use
    case ask it once. `units` opens a transaction that may write; `reads` one that sees a single
    state throughout and must not commit. `issuer` is this registry's public URL; `salts(n)` gives n
    fresh random bytes.
    """

    units: Units
    reads: Units
    clock: Clock
    ids: IdSource
    signer: Signer
    policy: Policy
    hierarchy: Callable[[], Diseases]
    issuer: str
    salts: Callable[[int], bytes]

    @property
    def diseases(self) -> Diseases:
        """The disease hierarchy in use now."""
        return self.hierarchy()

    def inquiry(self, purpose: Purpose, at: datetime) -> Inquiry:
        """Ask a purpose at an instant under the policy and the disease hierarchy in use."""
        return Inquiry(purpose=purpose, today=at.date(), policy=self.policy, diseases=self.diseases)
