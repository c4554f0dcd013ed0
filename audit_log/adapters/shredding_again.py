# SPDX-License-Identifier: Apache-2.0
"""Doing an erasure once more in a database that was restored from before it.

The key is known by its number and the time when it was made. Its parts are found by reading all
of them: this happens after a disaster, and no index by key is kept for it. Whose they were is told
by the restored key's own pseudonym, before it is forgotten again.
"""

from collections.abc import Sequence

import psycopg

from audit_log.adapters import shredding
from audit_log.domain.destroyed import Destroyed, SaidErasure
from audit_log.domain.errors import LogMismatch
from audit_log.domain.parts import person_holder
from audit_log.domain.rules.seen import pseudonym
from audit_log.ports import Pseudonyms

_DONE = (
    "SELECT e.id, e.kind, e.ground, e.kid, d.created_at, e.below, e.digest, e.recorded_at,"
    " coalesce((SELECT array_agg(p.idx ORDER BY p.idx, p.grp) FROM erased_part AS p"
    "  WHERE p.erasure = e.id), '{}'),"
    " coalesce((SELECT array_agg(p.grp ORDER BY p.idx, p.grp) FROM erased_part AS p"
    "  WHERE p.erasure = e.id), '{}')"
    " FROM erasure AS e JOIN dek AS d ON d.kid = e.kid ORDER BY e.recorded_at, e.id"
)
_PEOPLE = (
    "SELECT DISTINCT t.id, t.value, p.ordinal FROM ev_person AS p JOIN term AS t"
    " ON t.id = p.dataset WHERE p.idx = ANY(%s)"
)


def lacking(cursor: psycopg.Cursor, erasures: Sequence[Destroyed]) -> list[Destroyed]:
    """Give those that are not done here, or whose key is here again."""
    done = {name for (name,) in cursor.execute("SELECT id FROM erasure")}
    alive = set(
        cursor.execute(
            "SELECT kid, created_at FROM dek WHERE kid = ANY(%s) AND wrapped IS NOT NULL",
            ([one.kid for one in erasures],),
        )
    )
    return [one for one in erasures if one.id not in done or (one.kid, one.made_at) in alive]


def done_before(cursor: psycopg.Cursor) -> list[Destroyed]:
    """Give every erasure of this database; its key is nameless, an account's pseudonym is gone."""
    return [
        Destroyed(
            id=name,
            kind=kind,
            ground=ground,
            kid=kid,
            made_at=made_at,
            key=None,
            account=None,
            below=below,
            digest=bytes(digest),
            at=at,
            places=tuple(zip(indexes, groups, strict=True)),
        )
        for name, kind, ground, kid, made_at, below, digest, at, indexes, groups in cursor.execute(
            _DONE
        )
    ]


def destroyed_by(cursor: psycopg.Cursor, said: SaidErasure) -> Destroyed | None:
    """Find by its hash a key that an entry says was destroyed, with the parts that are here."""
    key = cursor.execute(
        "SELECT kid, kind, created_at FROM dek WHERE encode(sha256(wrapped), 'hex') = %s",
        (said.key,),
    ).fetchone()
    if key is None:
        return None
    places = cursor.execute(
        "SELECT idx, grp FROM sealed WHERE kid = %s AND idx < %s ORDER BY idx, grp",
        (key[0], said.below),
    ).fetchall()
    return Destroyed(
        id=said.id,
        kind=key[1],
        ground=said.ground,
        kid=key[0],
        made_at=key[2],
        key=said.key,
        account=None,
        below=said.below,
        digest=said.digest,
        at=said.at,
        places=tuple((int(index), int(group)) for index, group in places),
    )


def shred_again(cursor: psycopg.Cursor, one: Destroyed, pseudonyms: Pseudonyms) -> int:
    """Do it, with the locks of `shredding.shred`; give how many parts were here again."""
    cursor.execute("LOCK TABLE ev, sealed IN ROW EXCLUSIVE MODE")
    cursor.execute("SELECT FROM log_state FOR UPDATE")
    subject = _restored(cursor, one)
    cursor.execute(
        "INSERT INTO erasure (id, kind, ground, kid, parts, below, digest, recorded_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            *(one.id, one.kind, one.ground, one.kid),
            *(len(one.places), one.below, one.digest, one.at),
        ),
    )
    cursor.execute("SELECT set_config('placet.erasure', %s, true)", (one.id,))
    cursor.execute(
        "INSERT INTO erased_part (idx, grp, erasure)"
        " SELECT p.idx, p.grp, %s FROM unnest(%s::bigint[], %s::smallint[]) AS p(idx, grp)"
        " ON CONFLICT DO NOTHING",
        (one.id, [index for index, _ in one.places], [group for _, group in one.places]),
    )
    indexes = [index for (index,) in cursor.execute(
        "SELECT idx FROM sealed WHERE kid = %s ORDER BY idx", (one.kid,)
    )]  # fmt: skip
    cursor.execute("DELETE FROM sealed WHERE kid = %s", (one.kid,))
    if one.kind == "person":
        _forget_person(cursor, indexes, subject, pseudonyms)
    else:
        _forget_account(cursor, indexes, one)
    if subject is not None:
        shredding.end_queries(cursor, subject)
    shredding.destroy_key(cursor, one.kid, one.at)
    cursor.execute(
        "UPDATE erasure_waiting SET ended_at = %s, outcome = 'done', subject = NULL,"
        " pseudonyms = '{}', dataset = NULL, ordinal = NULL WHERE id = %s AND ended_at IS NULL",
        (one.at, one.id),
    )
    return len(indexes)


def _restored(cursor: psycopg.Cursor, one: Destroyed) -> bytes | None:
    """Give whose the key is, None when it is not here; its number is never given out again."""
    row = cursor.execute(
        "SELECT created_at, subject FROM dek WHERE kid = %s", (one.kid,)
    ).fetchone()
    if row is not None and row[0] != one.made_at:
        raise LogMismatch("another key has the number of one that was destroyed")
    cursor.execute(
        "INSERT INTO dek (kid, kind, kek, created_at, erased_at) VALUES (%s, %s, '', %s, %s)"
        " ON CONFLICT DO NOTHING",
        (one.kid, one.kind, one.made_at, one.at),
    )
    cursor.execute(
        "SELECT setval('dek_kid', greatest(%s, (SELECT last_value FROM dek_kid)))", (one.kid,)
    )
    return None if row is None or row[1] is None else bytes(row[1])


def _forget_person(
    cursor: psycopg.Cursor, indexes: Sequence[int], subject: bytes | None, pseudonyms: Pseudonyms
) -> None:
    named = cursor.execute(_PEOPLE, (list(indexes),)).fetchall()
    for dataset, name, ordinal in named:
        if pseudonyms.holder(person_holder(name, ordinal)) == subject:
            cursor.execute(
                "DELETE FROM ev_person WHERE dataset = %s AND ordinal = %s", (dataset, ordinal)
            )


def _forget_account(cursor: psycopg.Cursor, indexes: Sequence[int], one: Destroyed) -> None:
    numbers = [
        number
        for (number,) in cursor.execute(
            "SELECT DISTINCT actor FROM ev WHERE idx = ANY(%s) AND actor IS NOT NULL",
            (list(indexes),),
        )
    ]
    cursor.execute(
        "UPDATE ev SET actor = NULL, permit = NULL, visa = NULL, project = NULL"
        " WHERE actor = ANY(%s)",
        (numbers,),
    )
    known = numbers if one.account is None else [*numbers, one.account]
    shredding.forget_rules(cursor, [pseudonym(number) for number in known])
