# SPDX-License-Identifier: Apache-2.0
"""Destroying one key: what an erasure does to the tables, in the caller's transaction.

The parts are found through the search rows, so that no index by key is needed; then everything that
leads from the person to an entry is removed too. Which places were emptied stays known.
"""

from collections.abc import Sequence
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from audit_log.adapters import held
from audit_log.domain.errors import ErasureHeld, NothingToErase
from audit_log.domain.holds import NotHers
from audit_log.domain.rules.seen import pseudonym
from audit_log.ports import Shredded, Shredding
from audit_log.usecases.erase import places_digest


def shred(
    cursor: psycopg.Cursor, wanted: Shredding, at: datetime, told: Sequence[NotHers] = ()
) -> Shredded:
    """Do it; raise NothingToErase when no key of this holder is alive, ErasureHeld under a hold.

    The rows' tables come first, as the sequencer takes them: whoever drops a month is waited for
    without holding up anybody else.
    """
    cursor.execute("LOCK TABLE ev, sealed IN ROW EXCLUSIVE MODE")
    state = cursor.execute("SELECT size FROM log_state FOR UPDATE").fetchone()
    key = cursor.execute(
        "SELECT kid, created_at, encode(sha256(wrapped), 'hex') FROM dek WHERE subject = %s",
        (wanted.subject,),
    ).fetchone()
    if state is None or key is None:
        raise NothingToErase("no key of this subject is held")
    below, kid = int(state[0]), int(key[0])
    places = _places(cursor, wanted, kid)
    _require_no_hold(cursor, wanted, places, told)
    digest = places_digest(places)
    cursor.execute(
        "INSERT INTO erasure (id, kind, ground, kid, parts, below, digest, recorded_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (wanted.id, wanted.kind, wanted.ground, kid, len(places), below, digest, at),
    )
    # The tables' guards let an erasure through only while its row is there and named.
    cursor.execute("SELECT set_config('placet.erasure', %s, true)", (wanted.id,))
    _empty(cursor, wanted, places)
    _forget(cursor, wanted)
    end_queries(cursor, wanted.subject)
    destroy_key(cursor, kid, at)
    return Shredded(
        kid=kid,
        made_at=key[1],
        key=str(key[2]),
        below=below,
        digest=digest,
        places=tuple(places),
    )


def end_queries(cursor: psycopg.Cursor, subject: bytes) -> None:
    """End saved searches that name somebody: their filters go, as when their owner ends them."""
    cursor.execute(
        "UPDATE saved_query SET next_at = NULL, wrapped = '', sealed = '', about = NULL"
        " WHERE %s = ANY(about)",
        (subject,),
    )


def destroy_key(cursor: psycopg.Cursor, kid: int, at: datetime) -> None:
    """Empty a key, if it is there, and whatever was made with keys that may be it."""
    cursor.execute(
        "UPDATE dek SET wrapped = NULL, subject = NULL, erased_at = %s"
        " WHERE kid = %s AND wrapped IS NOT NULL",
        (at, kid),
    )
    cursor.execute("UPDATE log_state SET erasures = erasures + 1")
    # An evidence pack may hold what was just erased: those with opened parts are emptied.
    cursor.execute(
        "UPDATE export SET state = 'void', wrapped = '', request = '', content = ''"
        " WHERE opened > 0 AND state IN ('recorded', 'ready')"
    )


def _places(cursor: psycopg.Cursor, wanted: Shredding, kid: int) -> list[tuple[int, int]]:
    if wanted.person is not None:
        cursor.execute(
            "SELECT s.idx, s.grp FROM ev_person AS p JOIN sealed AS s ON s.idx = p.idx"
            " WHERE p.dataset = (SELECT id FROM term WHERE kind = 3 AND value = %s)"
            " AND p.ordinal = %s AND s.kid = %s ORDER BY s.idx, s.grp",
            (*wanted.person, kid),
        )
    else:
        cursor.execute(
            "SELECT s.idx, s.grp FROM ev AS e JOIN sealed AS s ON s.idx = e.idx"
            " WHERE e.actor = ANY(%s) AND s.kid = %s ORDER BY s.idx, s.grp",
            (list(wanted.pseudonyms), kid),
        )
    return [(int(index), int(group)) for index, group in cursor]


def _require_no_hold(
    cursor: psycopg.Cursor,
    wanted: Shredding,
    places: Sequence[tuple[int, int]],
    told: Sequence[NotHers],
) -> None:
    """Raise ErasureHeld when a hold covers the person, or any entry with a part to be erased."""
    cursor.execute("LOCK TABLE hold IN SHARE MODE")  # none is placed or lifted until the end
    dataset, ordinal = wanted.person or (None, None)
    found = cursor.execute(
        SQL(
            "SELECT FROM hold WHERE lifted_at IS NULL AND kind = 'person' AND dataset = %s"
            " AND ordinal = %s UNION ALL"
            " SELECT FROM held_index AS h WHERE idx = ANY(%s) AND {} LIMIT 1"
        ).format(held.covers(told)),
        (dataset, ordinal, [index for index, _ in places]),
    ).fetchone()
    if found is not None:
        raise ErasureHeld("a legal hold covers what was to be erased")


def _empty(cursor: psycopg.Cursor, wanted: Shredding, places: Sequence[tuple[int, int]]) -> None:
    indexes, groups = [index for index, _ in places], [group for _, group in places]
    cursor.execute(
        "INSERT INTO erased_part (idx, grp, erasure)"
        " SELECT p.idx, p.grp, %s FROM unnest(%s::bigint[], %s::smallint[]) AS p(idx, grp)",
        (wanted.id, indexes, groups),
    )
    cursor.execute(
        "DELETE FROM sealed AS s USING unnest(%s::bigint[], %s::smallint[]) AS p(idx, grp)"
        " WHERE s.idx = p.idx AND s.grp = p.grp",
        (indexes, groups),
    )


def _forget(cursor: psycopg.Cursor, wanted: Shredding) -> None:
    """Remove what finds entries by this person."""
    if wanted.person is not None:
        cursor.execute(
            "DELETE FROM ev_person"
            " WHERE dataset = (SELECT id FROM term WHERE kind = 3 AND value = %s)"
            " AND ordinal = %s",
            wanted.person,
        )
    else:
        cursor.execute(
            "UPDATE ev SET actor = NULL, permit = NULL, visa = NULL, project = NULL"
            " WHERE actor = ANY(%s)",
            (list(wanted.pseudonyms),),
        )
        forget_rules(cursor, [pseudonym(number) for number in wanted.pseudonyms])


def forget_rules(cursor: psycopg.Cursor, names: Sequence[str]) -> None:
    """Remove an account from what the rules remember; a doubt about it stays, without a name.

    The cursor is held: no worker writes in between what it remembered before.
    """
    cursor.execute("SELECT 1 FROM rule_cursor WHERE name = 'entries' FOR UPDATE")
    cursor.execute(
        "DELETE FROM rule_memory WHERE (kind = 'accounts' AND key = ANY(%s))"
        " OR (kind = 'habits' AND split_part(key, '/', 1) = ANY(%s))"
        " OR (kind = 'tallies' AND split_part(key, '/', 2) = ANY(%s))",
        (list(names), list(names), list(names)),
    )
    cursor.execute(
        "UPDATE rule_memory SET value = jsonb_set(value, '{use,actor}', 'null')"
        " WHERE kind = 'doubts' AND value #>> '{use,actor}' = ANY(%s)",
        (list(names),),
    )
    for name in names:  # each of a permit's entries may name its holder
        cursor.execute(
            "UPDATE rule_memory SET value = replace(value::text, %s, 'null')::jsonb"
            " WHERE kind = 'permits' AND strpos(value::text, %s) > 0",
            (f'"{name}"', f'"{name}"'),
        )
