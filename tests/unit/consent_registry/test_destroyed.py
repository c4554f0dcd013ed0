# SPDX-License-Identifier: Apache-2.0
"""What is written down of an erasure: a line gives back what it says, and a strange one stops."""

from dataclasses import replace

import pytest

from consent_registry.domain.destroyed import Destroyed, erasure_line, fingerprint, read_lines
from tests.fakes.kernel import START

SRC = "zz/consent_registry/1"
WRAPPED = b"nonce and ciphertext"
ONE = Destroyed(
    erasure_id="01939a5c-0000-7000-8000-000000000001",
    pid="01939a5c-0000-7000-8000-000000000002",
    ground="gdpr_17_1_b",
    request_id="01939a5c-0000-7000-8000-000000000003",
    key=fingerprint(WRAPPED),
    at=START,
)
OTHER = replace(ONE, erasure_id="01939a5c-0000-7000-8000-000000000004", request_id=None, key=None)


def test_what_is_written_is_read_once_and_in_order() -> None:
    lines = [erasure_line(SRC, one) for one in (ONE, OTHER, replace(ONE, key=None))]
    found = read_lines(SRC, lines)
    assert found.erasures == (ONE, OTHER)
    assert found.destroyed(WRAPPED)
    assert not found.destroyed(WRAPPED + b"!")


def test_another_registry_s_erasures_are_not_this_one_s() -> None:
    found = read_lines(SRC, [erasure_line("yy/consent_registry/1", ONE)])
    assert found.erasures == ()
    assert not found.destroyed(WRAPPED)


@pytest.mark.parametrize("name", ["registry", "erasure", "pid", "ground", "request", "key", "at"])
def test_a_line_that_lacks_something_is_none(name: str) -> None:
    strange = erasure_line(SRC, ONE).replace(f'"{name}"'.encode(), b'"else"')
    with pytest.raises(ValueError, match="no erasure"):
        read_lines(SRC, [strange])


@pytest.mark.parametrize(
    "line", [b"", b"nonsense", b"[]", b"7", b"null", erasure_line(SRC, replace(ONE, pid="Anna"))]
)
def test_a_strange_line_is_none(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_lines(SRC, [line])
