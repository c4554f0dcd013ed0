# SPDX-License-Identifier: Apache-2.0
"""A hash beside each row that cannot be computed anew from entries, and one in each intake row.

A row's hash is SHA-256 of its columns as JSON, without those that are null: a column added later
changes no hash until it is filled. `said` is the hash that the log itself holds. An export's bytes
stand in its hash as their own SHA-256. `audit_log.domain.stored_tables` lists the tables.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Whether the log says each change, and the columns that name a row.
_HASHED = {
    "checkpoint": ("kept", "size"),
    "dropped": ("logged", "id"),
    "ended_session": ("logged", "digest"),
    "erasure": ("logged", "id"),
    "erasure_waiting": ("logged", "id"),
    "export": ("kept", "id"),
    "finding": ("logged", "id"),
    "fork_evidence": ("logged", "digest"),
    "hold": ("logged", "id"),
    "kafka_offset": ("kept", "topic", "part"),
    "log_signing": ("logged", "log_id"),
    "log_state": ("kept", "log_id"),
    "own_head": ("kept", "src"),
    "producer": ("logged", "src"),
    "producer_state": ("kept", "src", "epoch"),
    "quarantine": ("logged", "id"),
    "rule_cursor": ("kept", "name"),
    "rule_memory": ("kept", "kind", "key"),
    "topic_copy": ("logged", "topic"),
    "witness_log": ("logged", "vkey"),
    "witness_state": ("kept", "origin"),
}
_TABLES = """
CREATE TABLE row_hash (
    tbl text,
    key text,
    logged boolean NOT NULL,
    digest bytea NOT NULL,
    said bytea,
    CONSTRAINT pk_row_hash PRIMARY KEY (tbl, key)
);
CREATE INDEX ix_row_hash_unsaid ON row_hash (tbl, key)
    WHERE logged AND said IS DISTINCT FROM digest;
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON row_hash
    FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();
ALTER TABLE intake ADD digest bytea;
UPDATE intake SET digest = sha256(convert_to(src, 'UTF8') || entry || sealed);
ALTER TABLE intake ALTER digest SET NOT NULL;
"""
_FUNCTIONS = """
CREATE FUNCTION log_export_content(e export) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(x) FROM (SELECT e.id, e.state, e.kid, e.kek, e.wrapped, e.request,
        sha256(e.content) AS content, e.as_of, e.results, e.opened, e.entry_id, e.fault,
        e.asked_at, e.changed_at) AS x
$$;

CREATE FUNCTION log_row_digest(content jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(jsonb_strip_nulls(content)::text, 'UTF8'))
$$;

CREATE FUNCTION log_hash_row() RETURNS trigger LANGUAGE plpgsql
SET TimeZone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
    content jsonb;
    name text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        content := to_jsonb(OLD);
    ELSIF TG_TABLE_NAME = 'export' THEN
        content := log_export_content(NEW);
    ELSE
        content := to_jsonb(NEW);
    END IF;
    SELECT jsonb_agg(content -> k.c ORDER BY k.n)::text INTO name
        FROM unnest(TG_ARGV) WITH ORDINALITY AS k(c, n) WHERE k.n > 1;
    IF TG_OP = 'DELETE' AND TG_ARGV[0] = 'kept' THEN
        DELETE FROM row_hash WHERE tbl = TG_TABLE_NAME AND key = name;
    ELSE
        INSERT INTO row_hash (tbl, key, logged, digest) VALUES (TG_TABLE_NAME, name,
            TG_ARGV[0] = 'logged',
            CASE TG_OP WHEN 'DELETE' THEN '' ELSE log_row_digest(content) END)
        ON CONFLICT (tbl, key) DO UPDATE SET digest = EXCLUDED.digest;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION log_hash_intake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.digest := sha256(convert_to(NEW.src, 'UTF8') || NEW.entry || NEW.sealed);
    RETURN NEW;
END $$;
CREATE TRIGGER hash_row BEFORE INSERT ON intake
    FOR EACH ROW EXECUTE FUNCTION log_hash_intake();
"""
_FILL = (
    "INSERT INTO row_hash (tbl, key, logged, digest)"
    " SELECT {said}, log_row_digest({content}) FROM {table} AS t"
)


def upgrade() -> None:
    op.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL bytea_output = 'hex'")
    op.execute(_TABLES)
    op.execute(_FUNCTIONS)
    for table, (kind, *columns) in _HASHED.items():
        arguments = ", ".join(f"'{one}'" for one in (kind, *columns))
        key = ", ".join(f"t.{column}" for column in columns)
        content = "log_export_content(t)" if table == "export" else "to_jsonb(t)"
        said = f"'{table}', jsonb_build_array({key})::text, {kind == 'logged'}"
        op.execute(_FILL.format(said=said, content=content, table=table))
        op.execute(
            f"CREATE TRIGGER hash_row AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION log_hash_row({arguments})"
        )


def downgrade() -> None:
    for table in (*_HASHED, "intake"):
        op.execute(f"DROP TRIGGER hash_row ON {table}")
    op.execute("ALTER TABLE intake DROP digest")
    op.execute(
        "DROP FUNCTION log_hash_row, log_hash_intake, log_row_digest, log_export_content;"
        "DROP TABLE row_hash"
    )
