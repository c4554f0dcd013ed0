# SPDX-License-Identifier: Apache-2.0
"""How `ev` and `sealed` are kept apart by retention class and month, as migration 0006 makes it.

Released with that migration and never changed. A class is a partition of the table, a month a
partition of the class, and each class has a default: a month that nobody made yet loses nothing.
Class 0 is `held_ev` and `held_sealed`: rows that outlive their month.
"""

from typing import Final

HELD: Final = 0
CLASSES: Final = (1, 2, 3, 4)
PARENTS: Final = ("ev", "sealed")
KEYS: Final = {"ev": "idx", "sealed": "idx, grp"}
"""Unique within a partition: the key of the whole table would have to hold class and month too."""
CHUNK: Final = 50_000

FUNCTIONS: Final = """
CREATE FUNCTION log_month_name(parent text, class integer, month integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format('%s_%s_%s_%s', parent, class, month / 12, lpad((month % 12 + 1)::text, 2, '0'))
$$;

CREATE FUNCTION log_add_month(parent text, class integer, month integer) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    leaf text := log_month_name(parent, class, month);
    key text := CASE parent WHEN 'ev' THEN 'idx' ELSE 'idx, grp' END;
    class_table text := format('%s_%s', parent, class);
    rest text := format('%s_%s_default', parent, class);
BEGIN
    IF to_regclass(leaf) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', rest);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING STORAGE, PRIMARY KEY (%s))',
        leaf, parent, key);
    EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE month = $1', leaf, rest) USING month;
    EXECUTE format('DELETE FROM %I WHERE month = $1', rest) USING month;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        class_table, leaf, month, month + 1);
    EXECUTE format('CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON %I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()', leaf);
    RETURN true;
END $$;

CREATE FUNCTION log_dropping() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM dropped WHERE id = current_setting('placet.drop', true))
$$;

CREATE FUNCTION log_guard_leaving() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    copied boolean := false;
    gone jsonb := to_jsonb(OLD);
    leaf text;
BEGIN
    IF TG_TABLE_NAME LIKE '%\\_default' THEN
        leaf := log_month_name(split_part(TG_TABLE_NAME, '_', 1), OLD.retention, OLD.month);
        IF to_regclass(leaf) IS NOT NULL THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM %I AS t WHERE t.idx = $1'
                ' AND to_jsonb(t) = $2)', leaf) INTO copied USING OLD.idx, gone;
        END IF;
    END IF;
    IF NOT (copied OR log_dropping() OR (TG_ARGV[0] = 'erased' AND log_erasing())) THEN
        RAISE EXCEPTION '% is only left by what was erased or outlived its term', TG_TABLE_NAME
            USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION log_guard_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (log_erasing() OR log_dropping()) THEN
        RAISE EXCEPTION '% is only erased from', TG_TABLE_NAME USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;
"""
NAMES: Final = (
    *("log_guard_person", "log_guard_leaving", "log_dropping"),
    *("log_add_month(text, integer, integer)", "log_month_name(text, integer, integer)"),
)

DROPPED: Final = """
CREATE TABLE dropped (
    id text CONSTRAINT pk_dropped PRIMARY KEY,
    class smallint NOT NULL,
    month smallint NOT NULL,
    first_idx bigint NOT NULL,
    last_idx bigint NOT NULL,
    entries bigint NOT NULL,
    parts bigint NOT NULL,
    held bigint NOT NULL,
    terms bytea NOT NULL,
    dropped_at timestamptz NOT NULL
);
CREATE INDEX ix_dropped_class_first_idx ON dropped (class, first_idx);
"""

EV: Final = """
CREATE TABLE ev (
    idx bigint NOT NULL,
    retention smallint NOT NULL,
    month smallint NOT NULL,
    etime timestamptz NOT NULL,
    ty integer NOT NULL,
    src integer NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
) PARTITION BY LIST (retention);
CREATE INDEX ix_ev_actor_idx ON ev (actor, idx);
CREATE INDEX ix_ev_dataset_idx ON ev (dataset, idx);
"""
SEALED: Final = """
CREATE TABLE sealed (
    idx bigint NOT NULL,
    grp smallint NOT NULL,
    retention smallint NOT NULL,
    month smallint NOT NULL,
    kid bigint NOT NULL,
    data bytea NOT NULL
) PARTITION BY LIST (retention);
ALTER TABLE sealed ALTER data SET STORAGE EXTERNAL;
"""


def partition(parent: str) -> str:
    """Give the statements that make the classes of a table, each with its default."""
    key = KEYS[parent]
    held = f"CREATE TABLE held_{parent} PARTITION OF {parent} (PRIMARY KEY ({key}))"
    made = [f"{held} FOR VALUES IN ({HELD});"]
    for class_ in CLASSES:
        name = f"{parent}_{class_}"
        made.append(
            f"CREATE TABLE {name} PARTITION OF {parent} FOR VALUES IN ({class_})"
            " PARTITION BY RANGE (month);"
        )
        made.append(
            f"CREATE TABLE {name}_default PARTITION OF {name} (PRIMARY KEY ({key})) DEFAULT;"
        )
    return "".join(made)


def guard(parent: str) -> str:
    """Give the statements that guard a table and those partitions that are always there."""
    on_update = "log_guard_ev" if parent == "ev" else "log_refuse"
    leaving = "'erased'" if parent == "sealed" else "'kept'"
    rows = (
        f"CREATE TRIGGER guard_update BEFORE UPDATE ON {parent}"
        f" FOR EACH ROW EXECUTE FUNCTION {on_update}();"
        f"CREATE TRIGGER guard_delete BEFORE DELETE ON {parent}"
        f" FOR EACH ROW EXECUTE FUNCTION log_guard_leaving({leaving});"
    )
    tables = [parent, f"held_{parent}", *(f"{parent}_{one}" for one in CLASSES)]
    tables += [f"{parent}_{one}_default" for one in CLASSES]
    return rows + "".join(
        f"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();"
        for name in tables
    )
