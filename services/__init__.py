# SPDX-License-Identifier: Apache-2.0
"""Entry points only: one folder per process. Nothing here decides anything."""
