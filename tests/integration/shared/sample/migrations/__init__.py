# SPDX-License-Identifier: Apache-2.0
"""The sample service's schema, step by step."""
