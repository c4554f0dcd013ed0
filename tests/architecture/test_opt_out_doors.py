# SPDX-License-Identifier: Apache-2.0
"""Nothing lists or exports who is opted out: each door is about one person, and none asks why."""

from collections.abc import Mapping

import pytest
from flask import Flask
from marshmallow import ValidationError

from consent_registry.http.api.schemas import OptOutSchema
from tests.support.doors import doors

ALLOWED = {
    "GET /v1/participants/<pseudonym>/opt-out",
    "POST /v1/participants/<pseudonym>/opt-out",
    "POST /v1/participants/<pseudonym>/opt-out/reversal",
    "GET /opt-out",
    "POST /opt-out",
    "POST /opt-out/reverse",
}


def test_the_doors_of_the_opt_out_are_these(applications: Mapping[str, Flask]) -> None:
    found = {
        str(door)
        for app in applications.values()
        for door in doors(app)
        if "opt" in str(door).lower().replace("options", "")
    }
    assert found == ALLOWED


def test_an_opt_out_has_no_field_but_what_it_is_about() -> None:
    assert set(OptOutSchema().fields) == {"about"}
    assert OptOutSchema().load({}) == {"about": "all"}
    with pytest.raises(ValidationError):
        OptOutSchema().load({"reason": "none of your business"})
