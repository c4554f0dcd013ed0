# SPDX-License-Identifier: Apache-2.0
"""Bodies of the two feeds as the publishers write them."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pyroaring import BitMap

from permit_service.clearinghouse.domain.state import dataset_register
from shared.clock import to_rfc3339
from shared.ids import DatasetId
from tests.fakes.clearinghouse import COHORT, DATASET, DIGEST, PERMIT, local_id
from tests.fakes.kernel import START

Sign = Callable[[dict[str, Any]], str]
KINDS = ("genome", "images")
REGISTER = dataset_register(DATASET)


def bitmap(members: Iterable[int]) -> str:
    return b64encode(BitMap(members).serialize()).decode()


def cohort_body(
    members: Iterable[int] = range(10),
    *,
    permit_id: str = PERMIT,
    cohort_id: str = COHORT,
    revision: int = 10,
    digest: str = DIGEST,
    lapses: Sequence[Sequence[object]] = (),
    sign: Sign = json.dumps,
    issuer: str = "",
) -> dict[str, Any]:
    manifest = {
        "iss": issuer,
        "cohort_id": cohort_id,
        "revision": revision,
        "digest": digest,
        "data_categories": {"held": list(KINDS), "asked": list(KINDS)},
    }
    return {
        "cohort_id": cohort_id,
        "permit_id": permit_id,
        "revision": revision,
        "bitmap": bitmap(members),
        "lapses": [list(lapse) for lapse in lapses],
        "manifest": sign(manifest),
    }


def dataset_body(
    *cohorts: dict[str, Any], dataset: DatasetId = DATASET, revision: int = 12, people: int = 20
) -> dict[str, Any]:
    return {
        "register": dataset_register(dataset),
        "revision": revision,
        "time": to_rfc3339(START),
        "table_version": 1,
        "local_ids": [local_id(number) for number in range(people)],
        "live": bitmap(range(people)),
        "cohorts": list(cohorts),
    }


def permits_body(*permits: dict[str, Any], revision: int = 5) -> dict[str, Any]:
    return {
        "register": "permits",
        "revision": revision,
        "time": to_rfc3339(START),
        "permits": list(permits),
    }


def listed(jws: str, *, permit_id: str = PERMIT, status: str = "live") -> dict[str, Any]:
    return {"permit_id": permit_id, "status": status, "jws": jws, "revision": 5}
