# SPDX-License-Identifier: Apache-2.0
"""The release this code belongs to; a test holds it equal to the project file."""

from typing import Final

VERSION: Final = "0.1.0"
