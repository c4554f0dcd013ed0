# SPDX-License-Identifier: Apache-2.0
"""The rules of one data request: paths, visas, registers, decision. No clock, network or key."""
