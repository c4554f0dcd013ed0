# SPDX-License-Identifier: Apache-2.0
"""Properties are judged by what holds, never by how fast: no deadline per example."""

from hypothesis import settings

settings.register_profile("placet", deadline=None)
settings.load_profile("placet")
