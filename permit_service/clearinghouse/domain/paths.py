# SPDX-License-Identifier: Apache-2.0
"""From a request path to one member's file.

The path is taken as nginx normalised it and must already be plain: this module decodes nothing,
normalises nothing and repairs nothing. Whatever is not exactly `/data/<dataset>/<local id>/<file>`
in a small alphabet is refused, so that the path decided can only be the path opened.
"""

import re
from dataclasses import dataclass
from typing import Final

from permit_service.clearinghouse.domain.errors import FilteringRequired, PathInvalid
from shared.ids import DatasetId, parse_dataset_id

MAX_PATH_CHARS: Final = 1024
MAX_SEGMENT_CHARS: Final = 255
PREFIX: Final = "/data/"

_SEGMENT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_MEMBER_SEGMENTS: Final = 3
"""Dataset, local id, file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPath:
    """One file of one member; `local_id` is the holder's opaque id inside the dataset."""

    dataset: DatasetId
    local_id: str
    file: str

    @property
    def data_category(self) -> str:
        """The kind of data in the file, by its name up to the first dot (`genome.vcf.gz`)."""
        return self.file.partition(".")[0]


def parse_path(path: str) -> DataPath:
    """Read a data path.

    Raises FilteringRequired for the dataset itself and for a file that lies beside the members
    (it concerns them all), PathInvalid for anything else that is not one member's file.
    """
    if len(path) > MAX_PATH_CHARS or not path.startswith(PREFIX):
        raise PathInvalid("not a data path")
    segments = path[len(PREFIX) :].split("/")
    whole = _dataset_of(segments[0])
    inside = segments[1:]
    if inside in ([], [""]):
        raise FilteringRequired(whole)
    if not all(_plain(segment) for segment in inside):
        raise PathInvalid("not a plain path")
    if len(segments) < _MEMBER_SEGMENTS:
        raise FilteringRequired(whole)
    if len(segments) > _MEMBER_SEGMENTS:
        raise PathInvalid("a member's files lie directly in the member's folder")
    return DataPath(dataset=whole, local_id=inside[0], file=inside[1])


def _plain(segment: str) -> bool:
    return len(segment) <= MAX_SEGMENT_CHARS and _SEGMENT.fullmatch(segment) is not None


def _dataset_of(segment: str) -> DatasetId:
    try:
        return parse_dataset_id(segment)
    except ValueError:
        raise PathInvalid("the path names no dataset") from None
