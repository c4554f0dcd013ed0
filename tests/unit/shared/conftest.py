# SPDX-License-Identifier: Apache-2.0
"""Key stores that the whole run shares: making RSA keys is what takes longest here."""

import pytest

from shared.keys import KeyStore


@pytest.fixture(scope="session")
def rsa_store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore.create(tmp_path_factory.mktemp("keys") / "rsa", "RS256")


@pytest.fixture(scope="session")
def foreign_rsa_store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore.create(tmp_path_factory.mktemp("keys") / "foreign", "RS256")


@pytest.fixture(scope="session")
def ec_store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore.create(tmp_path_factory.mktemp("keys") / "ec", "ES256")


@pytest.fixture(scope="session")
def ed_store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore.create(tmp_path_factory.mktemp("keys") / "ed", "Ed25519")
