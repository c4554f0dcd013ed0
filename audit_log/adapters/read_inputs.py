# SPDX-License-Identifier: Apache-2.0
"""Inputs that were read, on their way from the reading process to the sequencer.

Both ends are of one release on one machine, and nothing of this is stored. A batch goes as columns,
in which what repeats is written once: an entry costs little more than its bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, groupby, repeat
from typing import Any, NamedTuple

from audit_log.domain.received import KafkaPlace, Poison, Received, Sound

_PLACE = Received._fields.index("place")
_RECEIVED, _AT = Sound._fields.index("received"), Sound._fields.index("occurred_at")
# As their own constructors make them, without a call of Python for each.
_received = partial(tuple.__new__, Received)
_sound = partial(tuple.__new__, Sound)


class Columns(NamedTuple):
    """A batch to be pickled: the columns of what came and of what was read, beside its places.

    A place stands once, with how many inputs there are that came sound from it.
    """

    places: list[tuple[KafkaPlace, int]]
    came: list[Any]
    sound: list[Any]
    bad: list[tuple[int, Poison]]  # with their places among all inputs


def columns_of(inputs: Sequence[Sound | Poison]) -> Columns:
    """Give inputs that came over Kafka, in their order, as columns."""
    bad = [(at, one) for at, one in enumerate(inputs) if isinstance(one, Poison)]
    sound = [one for one in inputs if isinstance(one, Sound)] if bad else inputs
    columns = _columns(sound)
    if not columns:
        return Columns([], [], [], bad)
    came = _columns(columns[_RECEIVED])
    places = [(place, len(list(same))) for place, same in groupby(came[_PLACE])]
    columns[_AT] = [at.isoformat() for at in columns[_AT]]  # a pickled time costs far more
    columns[_RECEIVED] = came[_PLACE] = ()
    return Columns(places, came, columns, bad)


def inputs_of(batch: Columns) -> Sequence[Sound | Poison]:
    """Give back the inputs that `columns_of` took apart, which leaves the columns unusable."""
    places, came, columns, bad = batch
    inputs: list[Sound | Poison] = []
    if columns:
        columns[_AT] = map(datetime.fromisoformat, columns[_AT])
        came[_PLACE] = chain.from_iterable(repeat(place, times) for place, times in places)
        columns[_RECEIVED] = map(_received, zip(*came, strict=True))
        inputs += map(_sound, zip(*columns, strict=True))
    for at, one in bad:
        inputs.insert(at, one)
    return inputs


def _columns(rows: Iterable[Any]) -> list[Any]:
    return list(zip(*rows, strict=True))
