# SPDX-License-Identifier: Apache-2.0
"""Every code that a caller may see has its row in the one table, and no row is without use."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import audit_log
import consent_registry
import permit_service
import services
import shared
from permit_service.clearinghouse.domain.outcome import Reason
from shared.errors import AppError
from shared.problems import PROBLEMS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (audit_log, consent_registry, permit_service, services, shared)
TABLE = ROOT / "shared" / "problems.py"
# Settled in docs/architecture.md before anything can cause it: permits have no regions yet.
RESERVED = {"region_not_enforceable"}
FORM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def every_error(of: type[AppError] = AppError) -> Iterator[type[AppError]]:
    for error in of.__subclasses__():
        yield error
        yield from every_error(error)


def import_everything() -> None:
    """Import every module but commands (they run) and migrations (Alembic loads them)."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not re.search(r"\.(__main__|migrations)(\.|$)", module.name):
                importlib.import_module(module.name)


def words_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_error_has_a_row_and_says_what_it_means() -> None:
    import_everything()
    names = tuple(f"{package.__name__}." for package in PACKAGES)
    ours = [error for error in every_error() if error.__module__.startswith(names)]
    assert len(ours) > 40
    assert sorted({error.code for error in ours} - set(PROBLEMS)) == []
    assert [error.__qualname__ for error in ours if not error.__doc__] == []
    assert AppError.code in PROBLEMS


def test_every_refusal_of_the_clearinghouse_has_a_row_with_the_status_nginx_gets() -> None:
    for reason in set(Reason) - {Reason.PERMIT_VALID}:
        assert PROBLEMS[reason.value].status == reason.status, reason


def test_no_row_is_without_use() -> None:
    used = {
        word
        for package in PACKAGES
        for path in (ROOT / package.__name__).rglob("*.py")
        if path != TABLE
        for word in words_of(path)
    }
    assert sorted(set(PROBLEMS) - used - RESERVED) == []
    assert sorted(used & RESERVED) == []


def test_codes_are_written_in_one_way() -> None:
    assert [code for code in PROBLEMS if not FORM.fullmatch(code)] == []
