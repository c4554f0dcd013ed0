# SPDX-License-Identifier: Apache-2.0
"""`/v1/datasets`: register datasets and see where their registers stand."""

from typing import Any, Final

from consent_registry.domain.data_categories import read_categories
from consent_registry.http.api import present
from consent_registry.http.api.schemas import (
    AsOfSchema,
    DatasetListSchema,
    DatasetSchema,
    DatasetWithCodesSchema,
    NewDatasetSchema,
)
from consent_registry.http.edge import current_tools, dataset_id_of, instants_of, window_of
from consent_registry.usecases.codes import dataset_codes
from consent_registry.usecases.datasets import (
    NewDataset,
    list_datasets,
    register_dataset,
)
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires, requires_any

blueprint: Final = ApiBlueprint("datasets", __name__, description="Datasets and their registers")

_LOOKING: Final = ("consents.read", "consents.write", "consents.import", "cohorts.evaluate")


@blueprint.route("/v1/datasets", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(NewDatasetSchema)
@blueprint.response(201, DatasetSchema)
def create(body: dict[str, Any]) -> dict[str, Any]:
    """Register a dataset; the same facts again change nothing."""
    wanted = NewDataset(
        dataset=body["dataset"],
        title=body["title"],
        controller=body["controller"],
        country=body["country"],
        legal_regime=body["legal_regime"],
        consent_role=body["consent_role"],
        collected=window_of(body["collected"], "/collected"),
        data_categories=read_categories(body["data_categories"]),
    )
    made = register_dataset(wanted, tools=current_tools(), principal=current_principal())
    return present.dataset(made)


@blueprint.route("/v1/datasets")
@requires_any(*_LOOKING)
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, DatasetListSchema)
def every(query: dict[str, Any]) -> dict[str, Any]:
    """Give all datasets by name; what is told of them counts from when it was recorded."""
    named = [one for one in instants_of(query, "/query") if one is not None]
    found = list_datasets(min(named, default=None), tools=current_tools())
    return {"datasets": [present.dataset(one) for one in found]}


@blueprint.route("/v1/datasets/<dataset>")
@requires_any(*_LOOKING)
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, DatasetWithCodesSchema)
def one(query: dict[str, Any], dataset: str) -> dict[str, Any]:
    """Give one dataset as known at an instant, with the codes published of it by then."""
    times = instants_of(query, "/query")
    found = dataset_codes(dataset_id_of(dataset), *times, tools=current_tools())
    return {**present.dataset(found.dataset), **present.common_codes(found)}
