# SPDX-License-Identifier: Apache-2.0
"""The commands and questions of permit_service, one file per verb.

Each runs on `Ports` and opens its own units of work. API, pages and workers call these and nothing
below them; who may do what is decided here.
"""
