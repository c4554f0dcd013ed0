# SPDX-License-Identifier: Apache-2.0
"""The JSON API: what the gateway asks and what an operator looks at."""
