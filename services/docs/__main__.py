# SPDX-License-Identifier: Apache-2.0
"""`python -m services.docs write|check`: make the generated documents, or say which are old."""

import argparse
import sys
from pathlib import Path
from typing import Final

from services.docs.made import documents

_ROOT: Final = Path(__file__).resolve().parents[2]
_OK, _OLD = 0, 1


def main() -> int:
    """Run a command; status 1 when `check` finds a file that is not what the code says."""
    parser = argparse.ArgumentParser(prog="python -m services.docs", description=__doc__)
    parser.add_argument("command", choices=("write", "check"))
    command = parser.parse_args().command
    old = [
        (_ROOT / name, text) for name, text in documents().items() if _read(_ROOT / name) != text
    ]
    for path, text in old:
        print(f"{'written' if command == 'write' else 'old'}: {path.relative_to(_ROOT)}")
        if command == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return _OLD if old and command == "check" else _OK


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
