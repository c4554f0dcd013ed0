# SPDX-License-Identifier: Apache-2.0
"""The one table of codes: complete, stable in form, and the settled codes with their status."""

import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

import shared
from shared.errors import AppError
from shared.problems import PROBLEMS
from shared.version import VERSION

ROOT = Path(__file__).parents[3]


def every_error(of: type[AppError] = AppError) -> Iterator[type[AppError]]:
    for error in of.__subclasses__():
        yield error
        yield from every_error(error)


def test_every_error_of_shared_has_a_row() -> None:
    for module in pkgutil.walk_packages(shared.__path__, "shared."):
        importlib.import_module(module.name)
    ours = {error.code for error in every_error() if error.__module__.startswith("shared.")}
    assert {"not_found", "token_missing", "malformed_json", "upstream_refused"} <= ours
    assert ours <= set(PROBLEMS)


def test_rows_have_a_code_a_status_and_a_constant_title() -> None:
    for code, problem in PROBLEMS.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
        assert HTTPStatus(problem.status) >= HTTPStatus.BAD_REQUEST
        assert problem.title
        assert not problem.title.endswith(".")
        assert "{" not in problem.title


UNAUTHORIZED = """
token_missing token_malformed token_not_access_token token_expired token_issuer_untrusted
token_audience
"""
FORBIDDEN = """
visa_none visa_expired visa_issuer_untrusted visa_invalid permit_invalid permit_revoked
permit_expired data_category_not_in_permit person_not_in_cohort filtering_required
region_not_enforceable stale_state audit_unavailable
"""


@pytest.mark.parametrize(("status", "codes"), [(401, UNAUTHORIZED), (403, FORBIDDEN)])
def test_the_settled_codes_keep_their_status(status: int, codes: str) -> None:
    for code in codes.split():
        assert PROBLEMS[code].status == status


def test_the_release_is_the_project_files() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
