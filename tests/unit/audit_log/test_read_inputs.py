# SPDX-License-Identifier: Apache-2.0
"""What was read in one process is the same in the other."""

import pickle
from collections.abc import Sequence

from audit_log.adapters.read_inputs import columns_of, inputs_of
from audit_log.domain.received import KafkaPlace, Poison, Reader, Received, Sound
from shared.events import Subject
from tests.fakes.log_factories import DATASET, Speaker, cohort_name, fact, received


def came(offset: int, one: Received) -> Received:
    return one._replace(place=KafkaPlace("audit.zz.v1", offset % 2, offset))


def carried(inputs: Sequence[Sound | Poison]) -> list[Sound | Poison]:
    sent = pickle.dumps(columns_of(inputs))
    return list(inputs_of(pickle.loads(sent)))  # noqa: S301 - written a line above


def test_inputs_come_back_equal_and_in_their_order() -> None:
    speaker, reader = Speaker(), Reader()
    people = tuple(Subject(dataset=DATASET, ordinal=ordinal) for ordinal in range(3))
    permit = {"jti": "j-1", "permit_id": "p-1"}
    good = [received(speaker.say(fact(subjects=people, permit=permit))) for _ in range(3)]
    nameless = received(speaker.say(fact(actor=None, subjects=())))
    names = (cohort_name(1), cohort_name(2, revision=None))
    many = [received(speaker.say(fact(cohort=one))) for one in names]
    broken = received(speaker.say())
    all_of_it = [
        good[0]._replace(raw=b"poison"),
        *good,
        nameless,
        *many,
        broken._replace(sealed=b""),
        received(Speaker("zz/nobody/1").say()),
    ]
    read = [reader.read(came(offset, one)) for offset, one in enumerate(all_of_it)]
    assert [isinstance(one, Poison) for one in read] == [True, *[False] * 6, True, True]
    assert carried(read) == read
    for alone in (read[:1], read[1:2], read[7:], []):
        assert carried(alone) == alone
