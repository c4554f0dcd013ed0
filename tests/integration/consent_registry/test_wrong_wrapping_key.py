# SPDX-License-Identifier: Apache-2.0
"""A node with another's wrapping key reads nobody, and seals nobody under it."""

from pathlib import Path

import pytest

from consent_registry.adapters.sealing import create_wrapping_key
from consent_registry.adapters.signers import WRAPPING_KEY
from consent_registry.bootstrap import Parts, build, create_app
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.import_applying import apply_next
from shared.clock import SystemClock
from shared.keys import KeyStoreError
from shared.settings import load
from tests.support.registry_node import NEW_DATASET, registry_node
from tests.support.registry_world import csv_of, people


def parts_of(environment: dict[str, str]) -> Parts:
    return build(load(ConsentSettings, environment), clock=SystemClock())


def test_nothing_is_read_or_written_under_a_key_that_opens_nobodys(tmp_path: Path) -> None:
    with registry_node(tmp_path) as node:
        token = node.service("consents.write")
        assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
        node.take_in(csv_of(people(2)))
        node.work()
        key = Path(node.environment["PLACET_KEYS_DIR"]) / WRAPPING_KEY
        right = key.rename(tmp_path / "right.key")
        create_wrapping_key(key)
        wrong = parts_of(dict(node.environment))
        with pytest.raises(KeyStoreError, match="opens none of 2 keys"):
            apply_next(tools=wrong.tools)
        assert create_app(wrong).test_client().get("/readyz").status_code == 503
        right.replace(key)
        again = parts_of(dict(node.environment))
        assert create_app(again).test_client().get("/readyz").status_code == 200
        for parts in (wrong, again):
            parts.engine.dispose()
