# SPDX-License-Identifier: Apache-2.0
"""Inputs that were read, as bytes from the reading process to the sequencer and back again.

Both ends are of one release on one machine, and nothing of this is stored. A batch goes as columns,
in which what repeats is written once: an entry costs little more than its bytes.
"""

import pickle
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from audit_log.domain.received import KafkaPlace, Poison, Received, Sound

_PROTOCOL: Final = 5
_PLACE = Received._fields.index("place")
_RECEIVED, _AT = Sound._fields.index("received"), Sound._fields.index("occurred_at")


def pack_inputs(inputs: Sequence[Sound | Poison]) -> bytes:
    """Write inputs that came over Kafka, in their order."""
    bad = [(at, one) for at, one in enumerate(inputs) if isinstance(one, Poison)]
    sound = [one for one in inputs if isinstance(one, Sound)] if bad else inputs
    columns = _columns(sound)
    came = _columns(columns[_RECEIVED]) if columns else []
    places = _columns(came[_PLACE]) if came else []
    if columns:
        columns[_AT] = [at.isoformat() for at in columns[_AT]]  # a pickled time costs far more
        columns[_RECEIVED] = came[_PLACE] = ()
    return pickle.dumps((places, came, columns, bad), _PROTOCOL)


def unpack_inputs(raw: bytes) -> Sequence[Sound | Poison]:
    """Read what `pack_inputs` wrote in this suite's own reading process."""
    places, came, columns, bad = pickle.loads(raw)  # noqa: S301 - our own child wrote it
    inputs: list[Sound | Poison] = []
    if columns:
        columns[_AT] = map(datetime.fromisoformat, columns[_AT])
        came[_PLACE] = map(KafkaPlace, *places)
        columns[_RECEIVED] = map(Received, *came)
        inputs += map(Sound, *columns)
    for at, one in bad:
        inputs.insert(at, one)
    return inputs


def _columns(rows: Iterable[Any]) -> list[Any]:
    return list(zip(*rows, strict=True))
