# SPDX-License-Identifier: Apache-2.0
"""`python -m services.story ...` is `placet story ...`, for a checkout without the command."""

import sys

from services.cli import main

if __name__ == "__main__":
    sys.exit(main(["story", *sys.argv[1:]]))
