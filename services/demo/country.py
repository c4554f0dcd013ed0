# SPDX-License-Identifier: Apache-2.0
"""A synthetic country: participants who never lived, their consents as CSV, and their files.

Same arguments, same country. It knows which rows it broke and how; it decides nobody's access.
"""

import csv
import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

COLUMNS: Final = (
    *("participant", "dataset", "local_id", "alternative", "permission", "modifiers"),
    *("diseases", "state", "signed_on", "effective_from", "effective_to", "form_version"),
)
GRU, HMB, DS, POA = "DUO:0000042", "DUO:0000006", "DUO:0000007", "DUO:0000011"
NPU, NCU, PUB, IRB, GS = (
    *("DUO:0000045", "DUO:0000046", "DUO:0000019", "DUO:0000021", "DUO:0000022"),
)
FILE_NAME: Final = "genome.vcf"
FORM: Final = "zz-broad"
FORM_VERSION: Final = "2.1"
DISEASES: Final = (  # asthma, Alzheimer, cancer, diabetes, Parkinson
    *("MONDO:0004979", "MONDO:0004975", "MONDO:0004992", "MONDO:0005015", "MONDO:0005180"),
)
_BREAK_ONE_IN: Final = 60

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRow:
    """A row that was broken on purpose: where, and the code that must be reported for it."""

    line: int
    code: str
    local_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One dataset's import file. The first three participants are the demo's own people."""

    dataset: str
    text: str
    broken: tuple[BrokenRow, ...]
    participants: Mapping[str, str]  # local id to pseudonym, broken rows included

    @property
    def notable(self) -> tuple[str, ...]:
        """Give the local ids of the first three people, who all gave consent to health research."""
        return tuple(self.participants)[: len(_NOTABLE)]


def generate(*, people: int, dataset: str, tag: str, today: date, seed: int = 1) -> Country:
    """Make a country of that many people; `tag` keeps its pseudonyms apart from other countries."""
    chance = random.Random(seed)  # noqa: S311  a reproducible country, not a secret
    rows: list[tuple[Row, str]] = []
    participants: dict[str, str] = {}
    for number in range(people):
        local_id, pseudonym = f"S{number + 1:06d}", f"{tag}-{number + 1:06d}"
        participants[local_id] = pseudonym
        base = {"participant": pseudonym, "dataset": dataset, "local_id": local_id}
        if number < len(_NOTABLE):
            consents = _NOTABLE[number]
        else:
            consents = chance.choices(_KINDS, _WEIGHTS)[0](chance, today)
        signed = (today - timedelta(days=chance.randrange(200, 900))).isoformat()
        for alternative, consent in enumerate(consents, start=1):
            rows.append(
                ({**_EMPTY, **base, **_numbered(alternative), "signed_on": signed} | consent, "")
            )
    for number in range(max(len(_BREAKS), people // _BREAK_ONE_IN)):
        local_id, pseudonym = f"X{number + 1:06d}", f"{tag}-X{number + 1:05d}"
        participants[local_id] = pseudonym
        base = {"participant": pseudonym, "dataset": dataset, "local_id": local_id}
        code, broken = _BREAKS[number % len(_BREAKS)]
        sound = {
            **_EMPTY,
            **base,
            **_numbered(1),
            "permission": HMB,
            "signed_on": _days(today, -300),
        }
        rows.insert(chance.randrange(len(rows) + 1), (sound | broken(today), code))
    return Country(
        dataset=dataset,
        text=_write([row for row, _ in rows]),
        broken=tuple(
            BrokenRow(line=at, code=code, local_id=row["local_id"])
            for at, (row, code) in enumerate(rows, start=2)  # line 1 is the header
            if code
        ),
        participants=MappingProxyType(participants),
    )


def write_files(country: Country, folder: Path) -> None:
    """Write what the data holder has: one file per person, each naming whose it is."""
    for local_id in country.participants:
        person = folder / country.dataset / local_id
        person.mkdir(parents=True, exist_ok=True)
        (person / FILE_NAME).write_text(file_content(country.dataset, local_id))


def file_content(dataset: str, local_id: str) -> str:
    """Give the synthetic genome of one person: one variant, and whose it is."""
    return (
        "##fileformat=VCFv4.5\n"
        f"##source={dataset}/{local_id}\n"
        "##contig=<ID=chr22,length=50818468>\n"
        f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{local_id}\n"
        "chr22\t16050408\t.\tT\tC\t50\tPASS\t.\tGT\t0/1\n"
    )


def _write(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _numbered(alternative: int) -> Row:
    return {
        "alternative": str(alternative),
        "state": "given",
        "form_version": f"{FORM}@{FORM_VERSION}",
    }


def _days(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()


_EMPTY: Final = dict.fromkeys(COLUMNS, "")


def _general(_: random.Random, __: date) -> list[Row]:
    return [{"permission": GRU}]


def _health(_: random.Random, __: date) -> list[Row]:
    return [{"permission": HMB}]


def _diseases(chance: random.Random, _: date) -> list[Row]:
    named = chance.sample(DISEASES, chance.choice((1, 1, 2)))
    return [{"permission": DS, "diseases": ";".join(named)}]


def _restricted(chance: random.Random, _: date) -> list[Row]:
    limits = chance.sample((NPU, NCU, PUB, f"{GS}=EU", f"{GS}=CA"), chance.choice((1, 2)))
    if len({limit.partition("=")[0] for limit in limits}) < len(limits):
        limits = limits[:1]
    return [{"permission": chance.choice((GRU, HMB)), "modifiers": ";".join(limits)}]


def _not_for_profit(chance: random.Random, _: date) -> list[Row]:
    return [{"permission": chance.choice((GRU, HMB)), "modifiers": NPU}]


def _ethics_first(_: random.Random, __: date) -> list[Row]:
    return [{"permission": HMB, "modifiers": IRB}]


def _either_way(chance: random.Random, today: date) -> list[Row]:
    return [*_diseases(chance, today), {"permission": HMB, "modifiers": NPU}]


def _ancestry(_: random.Random, __: date) -> list[Row]:
    return [{"permission": POA}]


def _withdrawn(_: random.Random, today: date) -> list[Row]:
    return [{"permission": HMB, "state": "withdrawn", "effective_from": _days(today, -90)}]


def _refused(_: random.Random, __: date) -> list[Row]:
    return [{"permission": HMB, "state": "refused"}]


def _expired(_: random.Random, today: date) -> list[Row]:
    return [{"permission": GRU, "effective_to": _days(today, -30)}]


def _not_yet(_: random.Random, today: date) -> list[Row]:
    return [{"permission": GRU, "effective_from": _days(today, 30)}]


_KINDS: Final[tuple[Callable[[random.Random, date], list[Row]], ...]] = (
    *(_general, _health, _diseases, _restricted, _not_for_profit, _ethics_first),
    *(_either_way, _ancestry, _withdrawn, _refused, _expired, _not_yet),
)
_WEIGHTS: Final = (22, 20, 14, 8, 8, 3, 4, 2, 7, 3, 6, 3)
_NOTABLE: Final[tuple[list[Row], ...]] = (
    [{"permission": HMB, "modifiers": NPU}],  # anna
    [{"permission": GRU}],  # bo
    [{"permission": HMB}],  # carl
)
_BREAKS: Final[tuple[tuple[str, Callable[[date], Row]], ...]] = (
    ("E-DUO-01", lambda _: {"permission": "DUO:9999999"}),
    ("E-DUO-02", lambda _: {"permission": "DUO:0000005"}),
    ("E-DUO-03", lambda _: {"permission": DS}),
    ("E-DUO-04", lambda _: {"modifiers": f"{NPU}=yes"}),
    ("E-DUO-06", lambda _: {"permission": NPU}),
    ("E-MONDO-01", lambda _: {"permission": DS, "diseases": "MONDO:9999999"}),
    ("E-GS-02", lambda _: {"modifiers": f"{GS}=UK"}),
    ("E-DATE-01", lambda _: {"signed_on": "22.11.2024"}),
    ("E-DATE-02", lambda day: {"effective_from": _days(day, 9), "effective_to": _days(day, 3)}),
    ("E-TIME-01", lambda day: {"signed_on": _days(day, 40)}),
    ("E-STATE-01", lambda _: {"state": "maybe"}),
    ("E-SET-01", lambda _: {"dataset": "GDI-ZZ-DATASET-999999999"}),
)
