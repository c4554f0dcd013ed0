# SPDX-License-Identifier: Apache-2.0
"""One small service for all tests here: its templates are compiled once."""

import pytest
from flask import Flask

from tests.support.page_world import HandClock, make_service


@pytest.fixture(scope="session")
def service() -> Flask:
    return make_service(HandClock())
