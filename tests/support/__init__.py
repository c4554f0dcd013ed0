# SPDX-License-Identifier: Apache-2.0
"""What tests stand on: a real database, a real broker, waiting without guessing."""
