# SPDX-License-Identifier: Apache-2.0
"""The local run: every process of a node on one machine, without Docker or Java."""
