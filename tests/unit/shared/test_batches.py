# SPDX-License-Identifier: Apache-2.0
"""A batch of records comes apart so far and no further, by the codecs that we write."""

import pytest
from kafka.errors import UnsupportedCodecError
from kafka.record import default_records
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from shared.kafka_io.batches import MOST_UNPACKED, UnpacksTooFar, bound_batches

CODECS = {
    "gzip": DefaultRecordBatchBuilder.CODEC_GZIP,
    "zstd": DefaultRecordBatchBuilder.CODEC_ZSTD,
}


@pytest.fixture(autouse=True)
def _bounded() -> None:
    bound_batches()


def batch(codec: int, value: bytes) -> DefaultRecordBatch:
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=codec,
        is_transactional=False,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 24,
    )
    builder.append(0, timestamp=1, key=b"", value=value, headers=[])
    return DefaultRecordBatch(bytes(builder.build()))


@pytest.mark.parametrize("codec", CODECS.values(), ids=list(CODECS))
def test_what_anybody_sends_is_read_and_what_swells_is_not(codec: int) -> None:
    (record,) = batch(codec, bytes(MOST_UNPACKED // 2))
    assert record.value == bytes(MOST_UNPACKED // 2)
    swollen = batch(codec, bytes(2 * MOST_UNPACKED))
    assert swollen.size_in_bytes < MOST_UNPACKED // 100
    with pytest.raises(UnpacksTooFar):
        list(swollen)


@pytest.mark.parametrize("name", ["snappy_decode", "lz4_decode"])
def test_other_codecs_are_refused_wherever_they_are_installed(name: str) -> None:
    with pytest.raises(UnsupportedCodecError):
        getattr(default_records, name)(b"")
