# SPDX-License-Identifier: Apache-2.0
"""Hand a consent file to the registry, follow the import, and show what was wrong with it.

The file is sent block by block and never read whole; a row's values are never printed.
"""

import io
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from services.command import FAILED, OK, USAGE, CommandFailed, Service, print_json
from services.consent_registry.tables import print_table

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv",
    "fhir-r4-ndjson": "application/fhir+ndjson; fhirVersion=4.0",
    "fhir-r4-bundle": "application/fhir+json; fhirVersion=4.0",
    "fhir-r5-ndjson": "application/fhir+ndjson; fhirVersion=5.0",
    "fhir-r5-bundle": "application/fhir+json; fhirVersion=5.0",
}
_ENDED: Final = frozenset({"finished", "refused", "failed", "cancelled"})
_NOT_DONE: Final = frozenset({"refused", "failed", "cancelled"})
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0
_SILENCES: Final = 30  # a registry that is restarted is away for a while
_STEPS: Final = 10
_COLUMNS: Final = ("line", "code", "column", "message", "hint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which file, and how to import it."""

    file: Path
    mode: str
    dry_run: bool
    source: str
    wait: bool
    format: str = "csv"
    mapping: str = "placet"


def run(registry: Service, wish: Wish, *, as_json: bool) -> int:
    """Send the file; with `wait` follow it to its end. Gives the exit code."""
    taken = _send(registry, wish, quiet=as_json)
    import_id = str(taken["import_id"])
    if wish.wait:
        _say(f"Taken in as {import_id}; waiting. The import goes on if you stop here.", as_json)
        return show(_follow(registry, import_id, quiet=as_json), as_json=as_json)
    if as_json:
        print_json(taken)
    else:
        print(f"Taken in. See how it goes: placet consent import-status {import_id}")
    return OK


def status(registry: Service, import_id: str) -> Mapping[str, Any]:
    """Ask how an import goes."""
    return registry.get(f"/v1/imports/{quote(import_id, safe='')}")


def cancel(registry: Service, import_id: str) -> Mapping[str, Any]:
    """Ask for an import's end; what was recorded stays."""
    return registry.post(f"/v1/imports/{quote(import_id, safe='')}/cancel", {})


def show(report: Mapping[str, Any], *, as_json: bool) -> int:
    """Print a report; 1 when the import was refused, failed or was cancelled."""
    if as_json:
        print_json(report)
    else:
        _print_report(report)
    return FAILED if report["state"] in _NOT_DONE else OK


class _Sent(io.BufferedReader):
    """A file that tells on stderr how much of it has been read."""

    def __init__(self, path: Path, *, quiet: bool) -> None:
        super().__init__(io.FileIO(path))
        self._size = path.stat().st_size
        self._read = self._told = 0
        self._quiet = quiet

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(size)
        self._read += len(block)
        step = self._read * _STEPS // max(self._size, 1)
        if step > self._told:
            self._told = step
            _say(f"sent {self._read:,} of {self._size:,} bytes", self._quiet)
        return block


def _send(registry: Service, wish: Wish, *, quiet: bool) -> Mapping[str, Any]:
    params = {"mode": wish.mode, "dry_run": str(wish.dry_run).lower(), "source": wish.source}
    if wish.format != "csv":
        params["mapping"] = wish.mapping
    try:
        if wish.file.stat().st_size == 0:
            raise CommandFailed(f"{wish.file} is empty.", USAGE)
        file = _Sent(wish.file, quiet=quiet)
    except OSError:
        raise CommandFailed(f"{wish.file} cannot be read.", USAGE) from None
    with file:
        return registry.upload(
            "/v1/imports", file, media_type=MEDIA_TYPES[wish.format], params=params
        )


def _follow(registry: Service, import_id: str, *, quiet: bool) -> Mapping[str, Any]:
    """Ask until the import has ended; a registry that is away for a moment is asked again."""
    pause, silences, told = _FIRST_PAUSE, 0, ""
    while True:
        try:
            report = status(registry, import_id)
        except CommandFailed as failed:
            silences += 1
            if failed.facts.get("code") != "upstream_unavailable" or silences > _SILENCES:
                raise
        else:
            silences = 0
            if report["state"] in _ENDED:
                return report
            news = _told(report)
            if news != told:
                _say(news, quiet)
            told = news
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _told(report: Mapping[str, Any]) -> str:
    done = report["progress"]
    state = "cancelling" if report["cancelling"] else report["state"]
    return (
        f"{state}: {done['staged']:,} rows read, {done['checked']:,} checked, "
        f"{done['committed']:,} recorded"
    )


def _say(text: str, quiet: bool) -> None:
    if not quiet:
        print(text, file=sys.stderr, flush=True)


def _print_report(report: Mapping[str, Any]) -> None:
    kind = "dry run" if report["dry_run"] else "import"
    print(f"{kind} {report['import_id']} ({report['mode']}): {report['state']}")
    print("  ".join(f"{name} {report[name]}" for name in ("rows", "good", "bad", "applied")))
    if report["state"] == "cancelled":
        print(f"{report['applied']} rows were recorded before it was cancelled, and stay.")
    elif report["state"] not in _ENDED:
        print(_told(report))
    faults = report["faults"]
    if not faults:
        return
    print()
    ordered = sorted(faults, key=lambda fault: (fault["line"], fault["code"]))
    print_table(_COLUMNS, [[fault[name] for name in _COLUMNS] for fault in ordered])
    print()
    counts = Counter((fault["code"], fault["message"]) for fault in faults)
    rows = [(code, count, message) for (code, message), count in sorted(counts.items())]
    print_table(("code", "faults", "message"), rows)
    if len({fault["line"] for fault in faults}) < report["bad"]:
        print("\nThese are the first faults; GET the import as text/csv for every one.")
