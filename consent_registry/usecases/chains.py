# SPDX-License-Identifier: Apache-2.0
"""Check that the stored consent events are those that were recorded, dataset by dataset."""

from collections.abc import Mapping

from consent_registry.domain.chains import Verified, verify
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId


def verify_chains(*, tools: Tools) -> Mapping[DatasetId, Verified]:
    """Verify every chain in one state of the register; people who were erased are in it."""
    with tools.reads() as uow:
        return {
            dataset.dataset: verify(uow.events.links(dataset.dataset))
            for dataset in uow.datasets.every()
        }
