# SPDX-License-Identifier: Apache-2.0
"""The guards of the first schema: what each of its tables refuses, also to its owner.

`audit_log.adapters.tables` says what is allowed. Released with migration 0001 and never changed.
"""

from typing import Final

FUNCTIONS: Final = """
CREATE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'PL001';
END $$;

CREATE FUNCTION log_erasing() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM erasure WHERE id = current_setting('placet.erasure', true))
$$;

CREATE FUNCTION log_only_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT log_erasing() THEN
        RAISE EXCEPTION '% is only erased from', TG_TABLE_NAME USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION log_guard_ev() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT log_erasing()
        OR (NEW.idx, NEW.retention, NEW.month, NEW.etime, NEW.ty, NEW.src, NEW.decision,
            NEW.reason, NEW.dataset, NEW.purposes)
        IS DISTINCT FROM
           (OLD.idx, OLD.retention, OLD.month, OLD.etime, OLD.ty, OLD.src, OLD.decision,
            OLD.reason, OLD.dataset, OLD.purposes)
        OR num_nonnulls(NEW.actor, NEW.permit, NEW.visa, NEW.project) > 0
    THEN
        RAISE EXCEPTION 'ev only forgets people' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_dek() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT log_erasing() OR NEW.wrapped IS NOT NULL
        OR (NEW.kid, NEW.kind, NEW.kek, NEW.created_at)
        IS DISTINCT FROM (OLD.kid, OLD.kind, OLD.kek, OLD.created_at)
    THEN
        RAISE EXCEPTION 'a key is only destroyed' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL OR NEW.published_at IS NULL
        OR (NEW.size, NEW.root, NEW.note, NEW.signed_at)
        IS DISTINCT FROM (OLD.size, OLD.root, OLD.note, OLD.signed_at)
    THEN
        RAISE EXCEPTION 'a checkpoint is only published, once' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_edge_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM bundle WHERE n = OLD.idx / 256) THEN
        RAISE EXCEPTION 'an entry of the edge goes only into a bundle' USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION log_guard_tile_edge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    full_tile bytea := NEW.data;
BEGIN
    IF NEW.n > OLD.n THEN
        SELECT data INTO full_tile FROM tile WHERE level = OLD.level AND n = OLD.n;
    END IF;
    IF NEW.level <> OLD.level OR NEW.n < OLD.n
        OR substring(full_tile FOR length(OLD.data)) IS DISTINCT FROM OLD.data
    THEN
        RAISE EXCEPTION 'the edge of the tree only grows' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.epoch < OLD.epoch
        OR NEW.erasures < OLD.erasures
    THEN
        RAISE EXCEPTION 'the log only grows' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_producer_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq < OLD.seq OR NEW.duplicates < OLD.duplicates THEN
        RAISE EXCEPTION 'a chain only grows' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_kafka_offset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.next_offset < OLD.next_offset
        OR (NEW.cluster_id, NEW.topic_id) IS DISTINCT FROM (OLD.cluster_id, OLD.topic_id)
    THEN
        RAISE EXCEPTION 'an offset only moves forward' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
        OR (NEW.id, NEW.rule, NEW.code, NEW.detail, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.rule, OLD.code, OLD.detail, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'a finding is only closed, once' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
"""

TABLES: Final = (
    *("log_state", "bundle", "edge_entry", "tile", "tile_edge", "checkpoint"),
    *("term", "ev", "ev_person", "dek", "sealed", "erasure", "erased_part"),
    *("producer", "producer_state", "producer_run", "gap", "quarantine", "finding"),
    *("kafka_offset", "intake", "own_head"),
)
FREE: Final = ("gap", "intake", "own_head", "producer")
_UPDATES: Final = {
    "ev": "log_guard_ev",
    "dek": "log_guard_dek",
    "checkpoint": "log_guard_checkpoint",
    "tile_edge": "log_guard_tile_edge",
    "log_state": "log_guard_state",
    "producer_state": "log_guard_producer_state",
    "kafka_offset": "log_guard_kafka_offset",
    "finding": "log_guard_finding",
}
_DELETES: Final = {
    "edge_entry": "log_guard_edge_entry",
    "ev_person": "log_only_erasure",
    "sealed": "log_only_erasure",
}
NAMES: Final = (
    "log_refuse",
    *dict.fromkeys((*_UPDATES.values(), *_DELETES.values())),
    "log_erasing",
)


def guard(table: str) -> str:
    """Give the statements that refuse whatever the log never does; inserting costs nothing."""
    on_update = _UPDATES.get(table, "log_refuse")
    on_delete = _DELETES.get(table, "log_refuse")
    return (
        f"CREATE TRIGGER guard_update BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {on_update}();"
        f"CREATE TRIGGER guard_delete BEFORE DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {on_delete}();"
        f"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()"
    )
