# SPDX-License-Identifier: Apache-2.0
"""Addresses as people write them, one at a time."""

import pytest

from consent_registry.domain.contacts import is_email

ADDRESS = "anna@example.org"


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        (ADDRESS, True),
        ("a.b+c@sub.example.org", True),
        ("", False),
        ("anna", False),
        ("anna@localhost", False),
        ("anna@example.org\nBcc: x@example.org", False),
        ("anna@example.org, b@example.org", False),
        ('"a b"@example.org', False),
        ("a@[127.0.0.1]", False),
        (f"{'a' * 250}@example.org", False),
        ("ännä@example.org", False),
    ],
)
def test_an_address_is_one_address(text: str, fine: bool) -> None:
    assert is_email(text) is fine
