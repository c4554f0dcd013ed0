# SPDX-License-Identifier: Apache-2.0
"""The small kernel that all three services need and none owns."""
