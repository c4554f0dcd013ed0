# SPDX-License-Identifier: Apache-2.0
"""`/v1/catalogue`: the public description of a dataset (HealthDCAT-AP), JSON-LD or Turtle."""

from typing import Final

import orjson
from flask import Response, request

from consent_registry.domain.turtle import turtle
from consent_registry.http.api.exchange_schemas import DescriptionSchema
from consent_registry.http.edge import current_tools, dataset_id_of
from consent_registry.usecases.catalogue import catalogue_entry
from shared.api import ApiBlueprint
from shared.auth import public

blueprint: Final = ApiBlueprint("catalogue", __name__, description="The public catalogue")

_JSON_LD: Final = "application/ld+json"
_TURTLE: Final = "text/turtle"
_LIFE: Final = "public, max-age=3600"


@blueprint.route("/v1/catalogue/<dataset>")
@public("a catalogue is there for those who look for data; its numbers are rounded stand-ins")
@blueprint.alt_response(200, description="The same as Turtle", content_type=_TURTLE)
@blueprint.response(200, DescriptionSchema, content_type=_JSON_LD)
def describe(dataset: str) -> Response:
    """Describe a dataset: legal basis, codes in common, people in tens, where to apply."""
    found = catalogue_entry(dataset_id_of(dataset), tools=current_tools())
    if request.accept_mimetypes.best_match([_JSON_LD, _TURTLE], default=_JSON_LD) == _TURTLE:
        answer = Response(turtle(found), content_type=f"{_TURTLE}; charset=utf-8")
    else:
        answer = Response(orjson.dumps(found), content_type=_JSON_LD)
    answer.headers["Cache-Control"] = _LIFE
    answer.headers["Vary"] = "Accept"
    return answer
