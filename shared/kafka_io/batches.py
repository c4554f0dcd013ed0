# SPDX-License-Identifier: Apache-2.0
"""How far a batch of records may come apart: a few hundred compressed bytes can hold gigabytes.

The broker bounds a batch as it is sent, compressed. The client library unpacks it whole, whatever
that makes, so here its decoders are replaced by ones that stop.
"""

import gzip
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

import zstandard
from kafka.errors import UnsupportedCodecError
from kafka.record import default_records, legacy_records

MOST_UNPACKED: Final = 2 * 1024 * 1024
"""More than any batch of ours by far, and sixteen times what a topic takes compressed."""


class UnpacksTooFar(ValueError):
    """A batch holds more than `MOST_UNPACKED` bytes."""


def bound_batches() -> None:
    """Let the library unpack zstd and gzip within `MOST_UNPACKED`, and nothing else."""
    decoders: dict[str, Callable[[Any], bytes]] = {
        "gzip_decode": _gzip,
        "zstd_decode": _zstd,
        "lz4_decode": _refused,
        "lz4_decode_old_kafka": _refused,
        "snappy_decode": _refused,
    }
    for module in (default_records, legacy_records):
        for name, decode in decoders.items():
            if hasattr(module, name):
                setattr(module, name, decode)


def _gzip(payload: Any) -> bytes:
    with gzip.GzipFile(fileobj=BytesIO(payload)) as reader:
        return _within(reader.read(MOST_UNPACKED + 1))


def _zstd(payload: Any) -> bytes:
    unpack = zstandard.ZstdDecompressor()
    with unpack.stream_reader(BytesIO(payload), read_across_frames=True) as reader:
        return _within(reader.read(MOST_UNPACKED + 1))


def _within(data: bytes) -> bytes:
    if len(data) > MOST_UNPACKED:
        raise UnpacksTooFar("a batch of records comes apart into more than anybody sends")
    return data


def _refused(payload: Any) -> bytes:
    raise UnsupportedCodecError("records are compressed by zstd or gzip")
