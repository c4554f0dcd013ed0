# SPDX-License-Identifier: Apache-2.0
"""Which paths name one member's file, and what every other path is called."""

import pytest

from permit_service.clearinghouse.domain.errors import FilteringRequired, PathInvalid
from permit_service.clearinghouse.domain.paths import DataPath, parse_path
from tests.fakes.clearinghouse import DATASET

BASE = f"/data/{DATASET}"


@pytest.mark.parametrize("file", ["genome.vcf.gz", "a", "_", "0.bam", "x..y", "UPPER-lower_1.cram"])
def test_a_members_file_is_read(file: str) -> None:
    assert parse_path(f"{BASE}/P0001/{file}") == DataPath(
        dataset=DATASET, local_id="P0001", file=file
    )


@pytest.mark.parametrize("rest", ["", "/", "/all.vcf.gz", "/P0001"])
def test_a_path_to_the_dataset_needs_filtering(rest: str) -> None:
    with pytest.raises(FilteringRequired) as refused:
        parse_path(BASE + rest)
    assert refused.value.dataset == DATASET


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/data",
        "/data/",
        "/data//",
        "data/GDI-ZZ-DATASET-1/P0001/x",
        "/Data/GDI-ZZ-DATASET-1/P0001/x",
        "/data/gdi-zz-dataset-1/P0001/x",
        "/data/GDI-ZZ-DATASET-1x/P0001/x",
        "/data/GDI-ZZ-DATASET-1 /P0001/x",
        f"{BASE}/P0001/",
        f"{BASE}/P0001/x/",
        f"{BASE}/P0001/x/y",
        f"{BASE}//P0001/x",
        f"{BASE}/P0001//x",
        f"{BASE}/./P0001/x",
        f"{BASE}/../GDI-ZZ-DATASET-2/P0001/x",
        f"{BASE}/P0001/..",
        f"{BASE}/P0001/.",
        f"{BASE}/P0001/.hidden",
        f"{BASE}/.git/x",
        f"{BASE}/P0001/-rf",
        f"{BASE}/P0001/a%2fb",
        f"{BASE}/P0001/%2e%2e",
        f"{BASE}/P0001/a b",
        f"{BASE}/P0001/a\x00",
        f"{BASE}/P0001/a\n",
        f"{BASE}/P0001/a\\b",
        f"{BASE}/P0001/a;b",
        f"{BASE}/P0001/a?b",
        f"{BASE}/P0001/ä",
        f"{BASE}/P0001/\N{FULLWIDTH LATIN SMALL LETTER A}",
        f"{BASE}/P\N{ARABIC-INDIC DIGIT ONE}/x",
        f"{BASE}/P0001/{'x' * 256}",
        f"{BASE}/{'P' * 600}/{'x' * 600}",
    ],
)
def test_anything_odd_is_refused(path: str) -> None:
    with pytest.raises(PathInvalid):
        parse_path(path)


def test_an_error_does_not_repeat_the_path() -> None:
    with pytest.raises(PathInvalid) as refused:
        parse_path("/data/Astrid-Lindgren/x/y")
    assert "Astrid" not in str(refused.value)
