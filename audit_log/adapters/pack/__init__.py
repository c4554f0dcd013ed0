# SPDX-License-Identifier: Apache-2.0
"""What travels in every evidence pack beside the evidence: its verifier and its README.

`verify.py` is run by whoever received a pack and is never imported by the service; it shares no
code with the log on purpose.
"""

from importlib.resources import files

VERIFIER = "verify.py"
README = "README.txt"


def companions() -> dict[str, bytes]:
    """Give the files that every pack carries, by name."""
    folder = files(__name__)
    return {name: folder.joinpath(name).read_bytes() for name in (README, VERIFIER)}
