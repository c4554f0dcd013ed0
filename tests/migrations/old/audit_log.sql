SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.log_add_month(parent text, class integer, month integer) RETURNS boolean
    LANGUAGE plpgsql
    AS $_$
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
END $_$;
CREATE FUNCTION public.log_dropping() RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (SELECT FROM dropped WHERE id = current_setting('placet.drop', true))
$$;
CREATE FUNCTION public.log_erasing() RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (SELECT FROM erasure WHERE id = current_setting('placet.erasure', true))
$$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.export (
    id text NOT NULL,
    state text NOT NULL,
    kid bigint NOT NULL,
    kek text NOT NULL,
    wrapped bytea NOT NULL,
    request bytea NOT NULL,
    content bytea NOT NULL,
    as_of bigint NOT NULL,
    results bigint,
    opened bigint NOT NULL,
    entry_id text,
    fault text,
    asked_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.export ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE FUNCTION public.log_export_content(e public.export) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    SELECT to_jsonb(x) FROM (SELECT e.id, e.state, e.kid, e.kek, e.wrapped, e.request,
        sha256(e.content) AS content, e.as_of, e.results, e.opened, e.entry_id, e.fault,
        e.asked_at, e.changed_at) AS x
$$;
CREATE FUNCTION public.log_guard_checkpoint() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.published_at IS NULL
        OR (OLD.published_at IS NOT NULL AND NEW.published_at <> OLD.published_at)
        OR (OLD.published_at IS NOT NULL AND NEW.witnessed_at IS NULL)
        OR (OLD.witnessed_at IS NOT NULL AND (NEW.witnessed_at IS DISTINCT FROM OLD.witnessed_at
            OR length(NEW.witnessed_note) <= length(OLD.witnessed_note)))
        OR (NEW.size, NEW.root, NEW.note, NEW.signed_at)
        IS DISTINCT FROM (OLD.size, OLD.root, OLD.note, OLD.signed_at)
    THEN
        RAISE EXCEPTION 'a checkpoint is only published, then witnessed, once'
            USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_dek() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT log_erasing() OR NEW.wrapped IS NOT NULL
        OR (NEW.kid, NEW.kind, NEW.kek, NEW.created_at)
        IS DISTINCT FROM (OLD.kid, OLD.kind, OLD.kek, OLD.created_at)
    THEN
        RAISE EXCEPTION 'a key is only destroyed' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_edge_entry() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM bundle WHERE n = OLD.idx / 256) THEN
        RAISE EXCEPTION 'an entry of the edge goes only into a bundle' USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION public.log_guard_ev() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.log_guard_finding() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (NEW.id, NEW.rule, NEW.code, NEW.src, NEW.epoch, NEW.first_seq, NEW.last_seq, NEW.detail,
        NEW.opened_at, NEW.severity, NEW.cause, NEW.evidence)
        IS DISTINCT FROM
       (OLD.id, OLD.rule, OLD.code, OLD.src, OLD.epoch, OLD.first_seq, OLD.last_seq, OLD.detail,
        OLD.opened_at, OLD.severity, OLD.cause, OLD.evidence)
        OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.closed_reason, NEW.owner)
            IS DISTINCT FROM (OLD.closed_at, OLD.closed_reason, OLD.owner))
        OR (OLD.closing IS NOT NULL AND NEW.closing IS DISTINCT FROM OLD.closing)
    THEN
        RAISE EXCEPTION 'a finding is only assigned, and closed once' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_hold() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.authority, NEW.dataset, NEW.ordinal, NEW.permits, NEW.matter,
        NEW.entries, NEW.placed_by, NEW.placed_at)
        IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.authority, OLD.dataset, OLD.ordinal, OLD.permits, OLD.matter,
        OLD.entries, OLD.placed_by, OLD.placed_at)
        OR OLD.lifted_at IS NOT NULL
        OR (NEW.lifted_at IS NOT NULL AND OLD.lift_asked_at IS NULL)
        OR (OLD.lift_asked_at IS NOT NULL AND NEW.lift_asked_by IS DISTINCT FROM OLD.lift_asked_by
            AND NEW.lifted_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a hold is only lifted, by two' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_kafka_offset() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.next_offset < OLD.next_offset
        OR (NEW.cluster_id, NEW.topic_id) IS DISTINCT FROM (OLD.cluster_id, OLD.topic_id)
    THEN
        RAISE EXCEPTION 'an offset only moves forward' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_leaving() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
DECLARE
    copied boolean := false;
    gone jsonb := to_jsonb(OLD);
    leaf text;
BEGIN
    IF TG_TABLE_NAME LIKE '%\_default' THEN
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
END $_$;
CREATE FUNCTION public.log_guard_person() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT (log_erasing() OR log_dropping()) THEN
        RAISE EXCEPTION '% is only erased from', TG_TABLE_NAME USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION public.log_guard_producer_state() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.seq < OLD.seq OR NEW.duplicates < OLD.duplicates THEN
        RAISE EXCEPTION 'a chain only grows' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_quarantine() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF length(NEW.data) > 0 OR (to_jsonb(NEW) - 'data') IS DISTINCT FROM (to_jsonb(OLD) - 'data')
    THEN
        RAISE EXCEPTION 'what is quarantined is only emptied' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_rule_cursor() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.next_idx < OLD.next_idx THEN
        RAISE EXCEPTION 'the rules only go on' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_state() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.epoch < OLD.epoch
        OR NEW.erasures < OLD.erasures
    THEN
        RAISE EXCEPTION 'the log only grows' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_tile_edge() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.log_guard_waiting() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
        OR (NEW.id, NEW.kind, NEW.ground, NEW.asked_at)
        IS DISTINCT FROM (OLD.id, OLD.kind, OLD.ground, OLD.asked_at)
        OR num_nonnulls(NEW.subject, NEW.dataset, NEW.ordinal) > 0 OR NEW.pseudonyms <> '{}'
    THEN
        RAISE EXCEPTION 'a waiting erasure only ends, and is forgotten' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_guard_witness_state() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (NEW.origin, NEW.digest) IS DISTINCT FROM (OLD.origin, OLD.digest)
        OR NEW.size < OLD.size OR NEW.note IS NULL
        OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
    THEN
        RAISE EXCEPTION 'a witness only sees a log grow' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_hash_intake() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.digest := sha256(convert_to(NEW.src, 'UTF8') || NEW.entry || NEW.sealed);
    RETURN NEW;
END $$;
CREATE FUNCTION public.log_hash_row() RETURNS trigger
    LANGUAGE plpgsql
    SET "TimeZone" TO 'UTC'
    SET bytea_output TO 'hex'
    AS $$
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
CREATE FUNCTION public.log_month_name(parent text, class integer, month integer) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT format('%s_%s_%s_%s', parent, class, month / 12, lpad((month % 12 + 1)::text, 2, '0'))
$$;
CREATE FUNCTION public.log_only_erasure() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT log_erasing() THEN
        RAISE EXCEPTION '% is only erased from', TG_TABLE_NAME USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION public.log_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'PL001';
END $$;
CREATE FUNCTION public.log_row_digest(content jsonb) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT sha256(convert_to(jsonb_strip_nulls(content)::text, 'UTF8'))
$$;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.bundle (
    n bigint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE ONLY public.bundle ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.checkpoint (
    size bigint NOT NULL,
    root bytea NOT NULL,
    note bytea NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    witnessed_note bytea,
    witnessed_at timestamp with time zone,
    CONSTRAINT ck_checkpoint_witnessed CHECK (((witnessed_note IS NULL) = (witnessed_at IS NULL)))
);
CREATE TABLE public.dek (
    kid bigint NOT NULL,
    kind text NOT NULL,
    subject bytea,
    kek text NOT NULL,
    wrapped bytea,
    created_at timestamp with time zone NOT NULL,
    erased_at timestamp with time zone,
    CONSTRAINT ck_dek_erased CHECK (((wrapped IS NULL) = (erased_at IS NOT NULL))),
    CONSTRAINT ck_dek_forgotten CHECK (((subject IS NULL) = (erased_at IS NOT NULL)))
);
CREATE SEQUENCE public.dek_kid
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.dropped (
    id text NOT NULL,
    class smallint NOT NULL,
    month smallint NOT NULL,
    first_idx bigint NOT NULL,
    last_idx bigint NOT NULL,
    entries bigint NOT NULL,
    parts bigint NOT NULL,
    held bigint NOT NULL,
    terms bytea NOT NULL,
    dropped_at timestamp with time zone NOT NULL
);
CREATE TABLE public.edge_entry (
    idx bigint NOT NULL,
    entry bytea NOT NULL
);
CREATE TABLE public.ended_session (
    digest text NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.erased_part (
    idx bigint NOT NULL,
    grp smallint NOT NULL,
    erasure text NOT NULL
);
CREATE TABLE public.erasure (
    id text NOT NULL,
    kind text NOT NULL,
    ground text NOT NULL,
    kid bigint NOT NULL,
    parts bigint NOT NULL,
    below bigint NOT NULL,
    digest bytea NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
CREATE TABLE public.erasure_waiting (
    id text NOT NULL,
    kind text NOT NULL,
    ground text NOT NULL,
    subject bytea,
    pseudonyms bigint[] NOT NULL,
    dataset text,
    ordinal bigint,
    asked_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    CONSTRAINT ck_erasure_waiting_ended CHECK (((ended_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT ck_erasure_waiting_forgotten CHECK (((ended_at IS NULL) = (subject IS NOT NULL)))
);
CREATE TABLE public.ev (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
)
PARTITION BY LIST (retention);
CREATE TABLE public.ev_1 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
)
PARTITION BY RANGE (month);
CREATE TABLE public.ev_1_2026_11 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_1_2026_12 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_1_2027_01 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_1_default (
    idx bigint NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_2 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
)
PARTITION BY RANGE (month);
CREATE TABLE public.ev_2_2026_11 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_2_2026_12 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_2_2027_01 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_2_default (
    idx bigint NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_3 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
)
PARTITION BY RANGE (month);
CREATE TABLE public.ev_3_2026_11 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_3_2026_12 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_3_2027_01 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_3_default (
    idx bigint NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_4 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
)
PARTITION BY RANGE (month);
CREATE TABLE public.ev_4_2026_11 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_4_2026_12 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_4_2027_01 (
    idx bigint CONSTRAINT ev_idx_not_null1 NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_4_default (
    idx bigint NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.ev_person (
    dataset integer NOT NULL,
    ordinal bigint NOT NULL,
    idx bigint NOT NULL
);
CREATE TABLE public.finding (
    id bigint NOT NULL,
    rule text NOT NULL,
    code text NOT NULL,
    src text,
    epoch bigint,
    first_seq bigint,
    last_seq bigint,
    detail jsonb NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    severity text DEFAULT 'critical'::text NOT NULL,
    owner text,
    cause text,
    evidence bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    closed_reason text,
    closing text
);
ALTER TABLE public.finding ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.finding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.fork_evidence (
    digest bytea NOT NULL,
    witness text NOT NULL,
    note bytea NOT NULL,
    found_at timestamp with time zone NOT NULL
);
CREATE TABLE public.gap (
    src text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL
);
CREATE TABLE public.held_ev (
    idx bigint NOT NULL,
    retention smallint CONSTRAINT ev_retention_not_null1 NOT NULL,
    month smallint CONSTRAINT ev_month_not_null1 NOT NULL,
    etime timestamp with time zone CONSTRAINT ev_etime_not_null1 NOT NULL,
    ty integer CONSTRAINT ev_ty_not_null1 NOT NULL,
    src integer CONSTRAINT ev_src_not_null1 NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE TABLE public.hold (
    id text NOT NULL,
    kind text NOT NULL,
    authority text NOT NULL,
    dataset text,
    ordinal bigint,
    permits bigint[] NOT NULL,
    matter text,
    entries bigint[] NOT NULL,
    placed_by text NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    lift_asked_by text,
    lift_asked_at timestamp with time zone,
    lifted_by text,
    lifted_at timestamp with time zone,
    CONSTRAINT ck_hold_asked CHECK (((lift_asked_by IS NULL) = (lift_asked_at IS NULL))),
    CONSTRAINT ck_hold_four_eyes CHECK ((lifted_by <> lift_asked_by)),
    CONSTRAINT ck_hold_lifted CHECK (((lifted_by IS NULL) = (lifted_at IS NULL)))
);
CREATE TABLE public.term (
    id integer NOT NULL,
    kind smallint NOT NULL,
    value text NOT NULL
);
CREATE VIEW public.held_index AS
 SELECT h.id AS hold,
    e.idx,
    e.retention,
    e.month
   FROM (public.ev e
     JOIN public.hold h ON (((h.kind = 'case'::text) AND (e.idx = ANY (h.entries)))))
  WHERE (h.lifted_at IS NULL)
UNION ALL
 SELECT h.id AS hold,
    e.idx,
    e.retention,
    e.month
   FROM (public.ev e
     JOIN public.hold h ON (((h.kind = 'permit'::text) AND (e.permit = ANY (h.permits)))))
  WHERE (h.lifted_at IS NULL)
UNION ALL
 SELECT h.id AS hold,
    e.idx,
    e.retention,
    e.month
   FROM ((public.hold h
     JOIN public.term t ON (((t.kind = 3) AND (t.value = h.dataset))))
     JOIN public.ev e ON ((e.dataset = t.id)))
  WHERE ((h.kind = 'dataset'::text) AND (h.lifted_at IS NULL))
UNION ALL
 SELECT h.id AS hold,
    e.idx,
    e.retention,
    e.month
   FROM (((public.hold h
     JOIN public.term t ON (((t.kind = 3) AND (t.value = h.dataset))))
     JOIN public.ev_person p ON (((p.dataset = t.id) AND (p.ordinal = h.ordinal))))
     JOIN public.ev e ON ((e.idx = p.idx)))
  WHERE ((h.kind = 'person'::text) AND (h.lifted_at IS NULL));
CREATE TABLE public.sealed (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint NOT NULL,
    month smallint NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
)
PARTITION BY LIST (retention);
ALTER TABLE ONLY public.sealed ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.held_sealed (
    idx bigint NOT NULL,
    grp smallint NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.held_sealed ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.intake (
    id bigint NOT NULL,
    src text NOT NULL,
    entry bytea NOT NULL,
    sealed bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL
);
ALTER TABLE public.intake ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.intake_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.kafka_offset (
    topic text NOT NULL,
    part integer NOT NULL,
    next_offset bigint NOT NULL,
    cluster_id text NOT NULL,
    topic_id text NOT NULL
);
CREATE TABLE public.log_signing (
    log_id smallint NOT NULL,
    state text NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT ck_log_signing_one_log CHECK ((log_id = 1))
);
CREATE TABLE public.log_state (
    log_id smallint NOT NULL,
    origin text NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    epoch bigint NOT NULL,
    erasures bigint NOT NULL,
    holder text NOT NULL,
    backend integer NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    CONSTRAINT ck_log_state_one_log CHECK ((log_id = 1))
);
CREATE TABLE public.own_head (
    src text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    head bytea NOT NULL
);
CREATE TABLE public.producer (
    src text NOT NULL,
    client_id text NOT NULL,
    vkey text NOT NULL,
    topic text,
    added_at timestamp with time zone NOT NULL
);
CREATE TABLE public.producer_run (
    src text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    n integer NOT NULL,
    first_idx bigint NOT NULL
);
CREATE TABLE public.producer_state (
    src text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    head bytea NOT NULL,
    last_ts timestamp with time zone,
    duplicates bigint NOT NULL
);
CREATE TABLE public.quarantine (
    id bigint NOT NULL,
    reason text NOT NULL,
    digest bytea NOT NULL,
    leaf bytea NOT NULL,
    kid bigint NOT NULL,
    data bytea NOT NULL,
    src text,
    epoch bigint,
    seq bigint,
    occupies smallint NOT NULL,
    topic text,
    part integer,
    at_offset bigint,
    received_at timestamp with time zone NOT NULL,
    quarantined_at timestamp with time zone NOT NULL
);
ALTER TABLE public.quarantine ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.quarantine_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.row_hash (
    tbl text NOT NULL,
    key text NOT NULL,
    logged boolean NOT NULL,
    digest bytea NOT NULL,
    said bytea
);
CREATE TABLE public.rule_cursor (
    name text NOT NULL,
    next_idx bigint NOT NULL,
    moved_at timestamp with time zone NOT NULL
);
CREATE TABLE public.rule_memory (
    kind text NOT NULL,
    key text NOT NULL,
    value jsonb NOT NULL
);
CREATE TABLE public.sealed_1 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
)
PARTITION BY RANGE (month);
ALTER TABLE ONLY public.sealed_1 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_1_2026_11 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_1_2026_11 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_1_2026_12 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_1_2026_12 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_1_2027_01 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_1_2027_01 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_1_default (
    idx bigint NOT NULL,
    grp smallint NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_1_default ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_2 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
)
PARTITION BY RANGE (month);
ALTER TABLE ONLY public.sealed_2 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_2_2026_11 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_2_2026_11 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_2_2026_12 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_2_2026_12 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_2_2027_01 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_2_2027_01 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_2_default (
    idx bigint NOT NULL,
    grp smallint NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_2_default ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_3 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
)
PARTITION BY RANGE (month);
ALTER TABLE ONLY public.sealed_3 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_3_2026_11 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_3_2026_11 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_3_2026_12 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_3_2026_12 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_3_2027_01 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_3_2027_01 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_3_default (
    idx bigint NOT NULL,
    grp smallint NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_3_default ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_4 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
)
PARTITION BY RANGE (month);
ALTER TABLE ONLY public.sealed_4 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_4_2026_11 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_4_2026_11 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_4_2026_12 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_4_2026_12 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_4_2027_01 (
    idx bigint CONSTRAINT sealed_idx_not_null1 NOT NULL,
    grp smallint CONSTRAINT sealed_grp_not_null1 NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_4_2027_01 ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.sealed_4_default (
    idx bigint NOT NULL,
    grp smallint NOT NULL,
    retention smallint CONSTRAINT sealed_retention_not_null NOT NULL,
    month smallint CONSTRAINT sealed_month_not_null NOT NULL,
    kid bigint CONSTRAINT sealed_kid_not_null1 NOT NULL,
    data bytea CONSTRAINT sealed_data_not_null1 NOT NULL
);
ALTER TABLE ONLY public.sealed_4_default ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.tile (
    level smallint NOT NULL,
    n bigint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE ONLY public.tile ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.tile_edge (
    level smallint NOT NULL,
    n bigint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE ONLY public.tile_edge ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE public.topic_copy (
    topic text NOT NULL,
    seconds bigint,
    read_at timestamp with time zone NOT NULL
);
CREATE TABLE public.witness_log (
    vkey text NOT NULL,
    origin text NOT NULL,
    added_at timestamp with time zone NOT NULL
);
CREATE TABLE public.witness_state (
    origin text NOT NULL,
    digest text NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    note bytea,
    seen_at timestamp with time zone
);
ALTER TABLE ONLY public.ev ATTACH PARTITION public.ev_1 FOR VALUES IN ('1');
ALTER TABLE ONLY public.ev_1 ATTACH PARTITION public.ev_1_2026_11 FOR VALUES FROM ('24322') TO ('24323');
ALTER TABLE ONLY public.ev_1 ATTACH PARTITION public.ev_1_2026_12 FOR VALUES FROM ('24323') TO ('24324');
ALTER TABLE ONLY public.ev_1 ATTACH PARTITION public.ev_1_2027_01 FOR VALUES FROM ('24324') TO ('24325');
ALTER TABLE ONLY public.ev_1 ATTACH PARTITION public.ev_1_default DEFAULT;
ALTER TABLE ONLY public.ev ATTACH PARTITION public.ev_2 FOR VALUES IN ('2');
ALTER TABLE ONLY public.ev_2 ATTACH PARTITION public.ev_2_2026_11 FOR VALUES FROM ('24322') TO ('24323');
ALTER TABLE ONLY public.ev_2 ATTACH PARTITION public.ev_2_2026_12 FOR VALUES FROM ('24323') TO ('24324');
ALTER TABLE ONLY public.ev_2 ATTACH PARTITION public.ev_2_2027_01 FOR VALUES FROM ('24324') TO ('24325');
ALTER TABLE ONLY public.ev_2 ATTACH PARTITION public.ev_2_default DEFAULT;
ALTER TABLE ONLY public.ev ATTACH PARTITION public.ev_3 FOR VALUES IN ('3');
ALTER TABLE ONLY public.ev_3 ATTACH PARTITION public.ev_3_2026_11 FOR VALUES FROM ('24322') TO ('24323');
ALTER TABLE ONLY public.ev_3 ATTACH PARTITION public.ev_3_2026_12 FOR VALUES FROM ('24323') TO ('24324');
ALTER TABLE ONLY public.ev_3 ATTACH PARTITION public.ev_3_2027_01 FOR VALUES FROM ('24324') TO ('24325');
ALTER TABLE ONLY public.ev_3 ATTACH PARTITION public.ev_3_default DEFAULT;
ALTER TABLE ONLY public.ev ATTACH PARTITION public.ev_4 FOR VALUES IN ('4');
ALTER TABLE ONLY public.ev_4 ATTACH PARTITION public.ev_4_2026_11 FOR VALUES FROM ('24322') TO ('24323');
ALTER TABLE ONLY public.ev_4 ATTACH PARTITION public.ev_4_2026_12 FOR VALUES FROM ('24323') TO ('24324');
ALTER TABLE ONLY public.ev_4 ATTACH PARTITION public.ev_4_2027_01 FOR VALUES FROM ('24324') TO ('24325');
ALTER TABLE ONLY public.ev_4 ATTACH PARTITION public.ev_4_default DEFAULT;
ALTER TABLE ONLY public.ev ATTACH PARTITION public.held_ev FOR VALUES IN ('0');
ALTER TABLE ONLY public.sealed ATTACH PARTITION public.held_sealed FOR VALUES IN ('0');
ALTER TABLE ONLY public.sealed ATTACH PARTITION public.sealed_1 FOR VALUES IN ('1');
ALTER TABLE ONLY public.sealed_1 ATTACH PARTITION public.sealed_1_2026_11 FOR VALUES FROM ('24322') TO ('24323');
ALTER TABLE ONLY public.sealed_1 ATTACH PARTITION public.sealed_1_2026_12 FOR VALUES FROM ('24323') TO ('24324');
ALTER TABLE ONLY public.sealed_1 ATTACH PARTITION public.sealed_1_2027_01 FOR VALUES FROM ('24324') TO ('24325');
ALTER TABLE ONLY public.sealed_1 ATTACH PARTITION public.sealed_1_default DEFAULT;
ALTER TABLE ONLY public.sealed ATTACH PARTITION public.sealed_2 FOR VALUES IN ('2');
ALTER TABLE ONLY public.sealed_2 ATTACH PARTITION public.sealed_2_2026_11 FOR VALUES FROM ('24322') TO ('24323');
ALTER TABLE ONLY public.sealed_2 ATTACH PARTITION public.sealed_2_2026_12 FOR VALUES FROM ('24323') TO ('24324');
ALTER TABLE ONLY public.sealed_2 ATTACH PARTITION public.sealed_2_2027_01 FOR VALUES FROM ('24324') TO ('24325');
ALTER TABLE ONLY public.sealed_2 ATTACH PARTITION public.sealed_2_default DEFAULT;
ALTER TABLE ONLY public.sealed ATTACH PARTITION public.sealed_3 FOR VALUES IN ('3');
ALTER TABLE ONLY public.sealed_3 ATTACH PARTITION public.sealed_3_2026_11 FOR VALUES FROM ('24322') TO ('24323');
ALTER TABLE ONLY public.sealed_3 ATTACH PARTITION public.sealed_3_2026_12 FOR VALUES FROM ('24323') TO ('24324');
ALTER TABLE ONLY public.sealed_3 ATTACH PARTITION public.sealed_3_2027_01 FOR VALUES FROM ('24324') TO ('24325');
ALTER TABLE ONLY public.sealed_3 ATTACH PARTITION public.sealed_3_default DEFAULT;
ALTER TABLE ONLY public.sealed ATTACH PARTITION public.sealed_4 FOR VALUES IN ('4');
ALTER TABLE ONLY public.sealed_4 ATTACH PARTITION public.sealed_4_2026_11 FOR VALUES FROM ('24322') TO ('24323');
ALTER TABLE ONLY public.sealed_4 ATTACH PARTITION public.sealed_4_2026_12 FOR VALUES FROM ('24323') TO ('24324');
ALTER TABLE ONLY public.sealed_4 ATTACH PARTITION public.sealed_4_2027_01 FOR VALUES FROM ('24324') TO ('24325');
ALTER TABLE ONLY public.sealed_4 ATTACH PARTITION public.sealed_4_default DEFAULT;
INSERT INTO public.alembic_version (version_num) VALUES ('0008');
INSERT INTO public.checkpoint (size, root, note, signed_at, published_at, witnessed_note, witnessed_at) VALUES (22, '\x0011da01cbdc45f8cf12e9223e6672876b7f75d6a3c507cc02921288d9d337a2', '\x706c616365742e6578616d706c652f7a7a2f6c6f670a32320a414248614163766352666a5045756b69506d5a796832742f6464616a7851664d41704953694e6e544e36493d0a0ae2809420706c616365742e6578616d706c652f7a7a2f6c6f672069623179642f58626a72324677654c76797a46495739506564526e485a6e4471623154314d7a6648724775546b6947676f536f61705a7a70434741516e425946795751674a54373545546c6e3878696b676a743056616f383477383d0a', '2026-11-29 21:50:17.504619+00', '2026-11-29 21:50:17.527456+00', NULL, NULL);
INSERT INTO public.checkpoint (size, root, note, signed_at, published_at, witnessed_note, witnessed_at) VALUES (43, '\x8159087d499d70314de2933222d03cea995cae610c63c9be9e441ff46f42d894', '\x706c616365742e6578616d706c652f7a7a2f6c6f670a34330a67566b4966556d646344464e34704d794974413836706c63726d454d59386d2b6e6b516639473943324a513d0a0ae2809420706c616365742e6578616d706c652f7a7a2f6c6f6720696231796437666855777258797a354f574e5859534d64377476664b7963754b526c70424341475066546c652f3339376c746c39423368655447516339513532554e6130672b70424279686730713950535075457a65656f3041593d0a', '2026-11-29 21:50:17.648287+00', '2026-11-29 21:50:17.663683+00', NULL, NULL);
INSERT INTO public.checkpoint (size, root, note, signed_at, published_at, witnessed_note, witnessed_at) VALUES (44, '\x81e796fd0c7f5c0af3a3387944f4589b166a8c6b0c433a79c9b433a4167ebe8f', '\x706c616365742e6578616d706c652f7a7a2f6c6f670a34340a676565572f51782f5841727a6f7a6835525052596d785a716a47734d517a70357962517a70425a2b766f383d0a0ae2809420706c616365742e6578616d706c652f7a7a2f6c6f672069623179642b566b394b6b55485069346a6b4f77464c674b394150336733386b6a704a32526c70664551354d744d43736b2f346a486247704d4f5a33387569754b396d612b596f774e6137424d516d626e643837593063727977773d0a', '2026-11-29 21:50:18.655683+00', '2026-11-29 21:50:18.673508+00', NULL, NULL);
INSERT INTO public.checkpoint (size, root, note, signed_at, published_at, witnessed_note, witnessed_at) VALUES (45, '\x0f45546bb725918a781beeb26d57a472da9e16ed47942bc5aa77fb32afce6b23', '\x706c616365742e6578616d706c652f7a7a2f6c6f670a34350a443056556137636c6b597034472b36796256656b63747165467531486c437646716e66374d712f4f61794d3d0a0ae2809420706c616365742e6578616d706c652f7a7a2f6c6f67206962317964307343392b6a386c5961345157416258532f36454573496978544e75626355304c7a634b504851736f706e316a65434d44424963715257504557623664557579456448775830347a77376d4b525074574779746467493d0a', '2026-11-29 21:50:18.758751+00', '2026-11-29 21:50:18.770534+00', NULL, NULL);
INSERT INTO public.dek (kid, kind, subject, kek, wrapped, created_at, erased_at) VALUES (1, 'actor', '\xfc819b3e18b03d20f80118cb02a997ad', 'kek-0001', '\xbade4e49adbd4364e93aaae0e4cd52777e956a41119b04e33f565d0b0c776c9568b6af9fc5de6597fca1f340841d74f4d2742b308264d87c0cf4300a', '2026-11-29 21:50:17.437404+00', NULL);
INSERT INTO public.dek (kid, kind, subject, kek, wrapped, created_at, erased_at) VALUES (2, 'person', '\xc7c16394bb345cbf41a6dfb4619174d4', 'kek-0001', '\x489d3e321b041ed5f301265dad1f0be44a40ab7379c82ca5d9905da9d91cc060279a44927d3fb44a84a53ff172c84693c7af5243c9603c7326103c14', '2026-11-29 21:50:17.437404+00', NULL);
INSERT INTO public.edge_entry (idx, entry) VALUES (0, '\x7b226570223a312c226964223a2230316132323934392d393263382d373836612d396364322d323362343363663565306463222c2272223a2270726f64756365725f6164646564222c22736571223a312c22737263223a227a7a2f61756469745f6c6f672f31222c227472223a223164336635383465636263626365613531653831326633343333623532383762222c227473223a22323032362d31312d32395432313a35303a31372e3233303937365a222c227479223a22706c616365742e61646d696e2e636f6e6669672e6368616e67652e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b22636c69656e74223a22636c656172696e67686f757365222c22737263223a227a7a2f636c656172696e67686f7573652f31227d7d');
INSERT INTO public.edge_entry (idx, entry) VALUES (1, '\x7b226570223a312c226964223a2230316132323934392d393334372d373937382d393365652d313735666631663832323332222c227072223a226b3132616b6663312b52697878334a624173584341792f577472413933774e597843764d54765a6a454b343d222c22736571223a322c22737263223a227a7a2f61756469745f6c6f672f31222c227472223a223164336635383465636263626365613531653831326633343333623532383762222c227473223a22323032362d31312d32395432313a35303a31372e3338373935375a222c227479223a22706c616365742e7379732e73746172742e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226c65617365223a317d7d');
INSERT INTO public.edge_entry (idx, entry) VALUES (2, '\x7b2263223a7b226163746f72223a22337553684357374a517843644b676548676e79795a5a584c484d4b692b386e662b4c70312f355469665a413d222c227375626a223a5b226a537647707a4d437862472b39434f63335634663571526262576f79555639726567564b566266334c41553d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830312d373030302d383030302d303030303030303030303031222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c2272223a227065726d69745f76616c6964222c22736571223a312c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (3, '\x7b2263223a7b226163746f72223a2236534e78372b32466a68476d794b38673742304945655544714a65694932784e3745656e323553465436553d222c227375626a223a5b224d32625a62503577304b583350684463716d2b77796338335147636a3379726667632b6b4d586f696c71773d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830322d373030302d383030302d303030303030303030303032222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22506b6d6253334b68474c6342683935752b613743556633596e66704f78397157666a372f5378707661504d3d222c2272223a227065726d69745f76616c6964222c22736571223a322c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (4, '\x7b2263223a7b226163746f72223a224f464e4370565a68484d6f666c333962375563356c4d474e4448664c356a7249634b787843456b3673466f3d222c227375626a223a5b2266692f3233676c6b6d5243634a78437449786235644354506b655456337735424c58767742382b756666593d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830332d373030302d383030302d303030303030303030303033222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a222f6d6f59493737656c2b436a4778734d6d63354d72567539622b34426b674949637779724a4e73416253593d222c2272223a227065726d69745f76616c6964222c22736571223a332c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (5, '\x7b2263223a7b226163746f72223a225657734145464744546e4659464b7931655077574e4c47764a6f31586e6e4f3471686a564f4a734f70556b3d222c227375626a223a5b227a4b5a6879522f686542354c4c66686935354839494c51596d4c69442b4c394d67654b6349683366472b513d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830342d373030302d383030302d303030303030303030303034222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a224771576e5855666a614c7045346d4f555269535451507058686f4d45473468747a484f56563563436d6f733d222c2272223a227065726d69745f76616c6964222c22736571223a342c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (6, '\x7b2263223a7b226163746f72223a22702f5659504d6d4367736d4545622b2f57555a426c78724d63524d717555562b4a634f435a35434e7a754d3d222c227375626a223a5b225235363932433564684b732f635a4930637136315866616b514b4b366749504453532b496431354e6e4c773d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830352d373030302d383030302d303030303030303030303035222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22466a45485751545471343669614842714373476e484b703043534366652b57717a59314e6c3243724c4e513d222c2272223a227065726d69745f76616c6964222c22736571223a352c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (7, '\x7b2263223a7b226163746f72223a22587a6c6d516d30474771796950554b794b704a2f6975726b64734f556866783837356867776f345a6d62453d222c227375626a223a5b222f484b73432f71394f7875694d333832303872703439676373584a384e4832644e4f44365a36654c6767513d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830362d373030302d383030302d303030303030303030303036222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22517052754453426b5458427030335231514c4a4a6b6a6c314c7478623031516459446b4e316e49766d5a513d222c2272223a227065726d69745f76616c6964222c22736571223a362c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (8, '\x7b2263223a7b226163746f72223a223959557a584d354e5630443877665353586e4b566c435441554468666656626430572b4534462f4f4473303d222c227375626a223a5b2271543574535630306b72575459784f657879442b4344384d6a6c6c786e6272704639693932376a613058633d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830372d373030302d383030302d303030303030303030303037222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22507368704e7741384d6f6e50415272464945444e70344a4559575679755a44776935756174674c464b2b303d222c2272223a227065726d69745f76616c6964222c22736571223a372c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (9, '\x7b2263223a7b226163746f72223a222b4a387a504d666457505a6e45426f72776c4e65546e76792b4e4a2b7a674349526745566c47325a6c58453d222c227375626a223a5b2275417856474a726773506e794a3565486f61537139774970354a546b425375726d376f32437852314d49413d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830382d373030302d383030302d303030303030303030303038222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22636c7a4476694672644362723251723666794569477550376662507358557a316634706c7a3341414a32343d222c2272223a227065726d69745f76616c6964222c22736571223a382c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (10, '\x7b2263223a7b226163746f72223a22796e7674377a325a2b763343516d4b6834354d53324a616c3572576d684f595870792f50624664433173303d222c227375626a223a5b22524c497530692b4463396674727a415550564743696f7a634f326549754e4a5859686773657861494c36673d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830392d373030302d383030302d303030303030303030303039222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a225270344e31457549474a352b5a4f45765837584939456b4466305469556337753034587739354f4b4747413d222c2272223a227065726d69745f76616c6964222c22736571223a392c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (11, '\x7b2263223a7b226163746f72223a22663447504e72446863316d353862775547412b38497a682f454d53507931677753466b626a526e743069513d222c227375626a223a5b225941646d3257364648436861556a64397073385a433073534d622f647170724457756856762f2f5a5435413d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830612d373030302d383030302d303030303030303030303061222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2277786f512b5a6b676f7473674d736f6a383030566c73516e356a417a5035776f7862506a38586e766a4e513d222c2272223a227065726d69745f76616c6964222c22736571223a31302c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (12, '\x7b2263223a7b226163746f72223a227942707364792b4e6b4357536551506736357052486a766b576f324d6830436e3037724a79353669386d733d222c227375626a223a5b2279414636424d78426e4933706c42504a686650336862736d4157527943367a34734e777932774c6e6139453d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830622d373030302d383030302d303030303030303030303062222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2265556f4c376b57434b495a3177753872312b5948475432485671446453735538476c316a4d6142683870343d222c2272223a227065726d69745f76616c6964222c22736571223a31312c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (13, '\x7b2263223a7b226163746f72223a2232485a42452f4b5558684a45366441547870784154755054694a6c7846544e483270794556434439506d773d222c227375626a223a5b22736a31754557702b6d414551485044422f4e4c5876473879666d6a6c47637943504a4d2f745577677772493d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830632d373030302d383030302d303030303030303030303063222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a224a766f6d6e534939524f634a4833733933397148344f566a6668644c6763313851464e4c3546686c526a633d222c2272223a227065726d69745f76616c6964222c22736571223a31322c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (14, '\x7b2263223a7b226163746f72223a22312b68344a387a454c6639656a646677717a4259776c30387242376d375261696553617a7a56394d6833493d222c227375626a223a5b226b752f634f79517163325144544f51646e694e4f482f61756a5734305a693777713939792f2b32574964513d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830642d373030302d383030302d303030303030303030303064222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2271582f52636d526c68624141466979786e686b714a6843696d3242687a4d4971307270754b696e5a434c6f3d222c2272223a227065726d69745f76616c6964222c22736571223a31332c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (15, '\x7b2263223a7b226163746f72223a224b46746c4535736f61497a39314a5230667a70476f4d444e4b5573336b433837776554305649375074346b3d222c227375626a223a5b224c6f44684c6c526a4449316b2b7a486d37562f6a584f6e4b526549646e50725830594b456d6f694a444a733d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830652d373030302d383030302d303030303030303030303065222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a226d6b4c4c636e48757367583677654d502b3643517a357a4e6242484b33727159616b4e495730546b76584d3d222c2272223a227065726d69745f76616c6964222c22736571223a31342c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (16, '\x7b2263223a7b226163746f72223a22705770534a6e665373773946344f4e7952495062717045774c2b564c69304956454966774455524b4d55593d222c227375626a223a5b223778506546797a44616c6e75537156474e462b4266426e486e4f624c53617a754279564d784a39674237553d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363830662d373030302d383030302d303030303030303030303066222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a224c4b725141774632713147786f4276786c617343584255564244682f3831795634534d6c5a3347563255303d222c2272223a227065726d69745f76616c6964222c22736571223a31352c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (17, '\x7b2263223a7b226163746f72223a222f3144456f67754654694b69784a462b46577348492b784e6974747233445a2f3539346941445652634e6b3d222c227375626a223a5b22524b4a6f4d4c3564354e565254676c6e79425637496f4763364175713243636b3161514d5a6a43397457733d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831302d373030302d383030302d303030303030303030303130222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a226a55315678512f43594f36524e4d656f6158654f312f4d776667396145595854554e6c637964757672474d3d222c2272223a227065726d69745f76616c6964222c22736571223a31362c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (18, '\x7b2263223a7b226163746f72223a2248304b63566f55685a4b3371706267626769755746736d6f6d616541365135785635694370674a536a556f3d222c227375626a223a5b224f56507970564e57516b6d6f4c726e4552746f4c7370734b71544e7556703645637164794770436f2b57553d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831312d373030302d383030302d303030303030303030303131222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a223249772f677366613449495679574d51336a726f556e6e4365485874584276384848392b5951436257756b3d222c2272223a227065726d69745f76616c6964222c22736571223a31372c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (19, '\x7b2263223a7b226163746f72223a226569456f3477654c526c7132755a64385556355036527a375153474841484c714767336a30642f6c47786f3d222c227375626a223a5b225055516c70516a4b706c3142666f682f68762b59353942664f6c625a4343774c2f557552704742676344453d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831322d373030302d383030302d303030303030303030303132222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22304d7336415959394c663649517579784d594f6963535936514933315944497948444b375367666f506f6b3d222c2272223a227065726d69745f76616c6964222c22736571223a31382c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (20, '\x7b2263223a7b226163746f72223a2246326f2f36654f687545727030425a6c2f55533536546b5646466133376a7746394c48636c3878466271413d222c227375626a223a5b2250586a786f5764564b534654763636505849524d6d3555684465586f6651483772304a39465476644d744d3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831332d373030302d383030302d303030303030303030303133222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22582f3963312f463756323135677a6c496a4d45575047654e736975524978467433364a4e4e706953504e383d222c2272223a227065726d69745f76616c6964222c22736571223a31392c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (21, '\x7b2263223a7b226163746f72223a225065514972396a4d6441466f2b4c436e42474443544d2f6c662f4d544348686d302f666e6561434e70446b3d222c227375626a223a5b22584a4d763471564473445a4e74486a4b6f57796855584b2b3148505775454a6c76314970433453774b6a773d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831342d373030302d383030302d303030303030303030303134222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a224c58345a512f34647349634d74586e4c427836626970526b4a7a633643614573734f2f2f674b614e486c343d222c2272223a227065726d69745f76616c6964222c22736571223a32302c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (22, '\x7b2263223a7b226163746f72223a224638324b386f77546757794e2b624b373558742f5445557377396a37644e3041537a54714a6652634364773d222c227375626a223a5b226e4c4d724946462b7278575a4e7a7261483238514b48636b764c2b477a62655870657667634465517451383d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831352d373030302d383030302d303030303030303030303135222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22364e6d6a6756514b39726549695866454c46797756354277484e48644c59754344507135547234446c66343d222c2272223a227065726d69745f76616c6964222c22736571223a32312c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (23, '\x7b2263223a7b226163746f72223a225358614a4478365758556d4e4c6559615554744b48304f315876626a7037664a77755379562b37713472673d222c227375626a223a5b223473642f6c7830707148593171585077707a6a52774263614e757a47776645717154516c526a70666e4f6f3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831362d373030302d383030302d303030303030303030303136222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2263316d4e3176773458416c58556e39716d4141574c7233467a68587a4d6e765a4245583559702b384d54773d222c2272223a227065726d69745f76616c6964222c22736571223a32322c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (24, '\x7b2263223a7b226163746f72223a226b367273636d71465136597149586666596c5573593037594c6930787a344535754176775050395252486b3d222c227375626a223a5b224d496c7334516761526e7745466d37594f756232416a4742784656592b564d574d4e4878484a444d452f553d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831372d373030302d383030302d303030303030303030303137222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2274713737626b545964345532494c794a765831662f3969306463397977725167456b6a59745645644176453d222c2272223a227065726d69745f76616c6964222c22736571223a32332c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (25, '\x7b2263223a7b226163746f72223a22306f353571785176526b7a4d6c562b4871324c746437585a3638793945397741636c6559656538634441633d222c227375626a223a5b225a396a62304f696c7367693461657041576539544f6c4f6846494975526a326d4b63422b4d537171652f413d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831382d373030302d383030302d303030303030303030303138222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2238354835566f42306954547868673437776e55544d537830532b6d76683678487356694b7a44562b2b59633d222c2272223a227065726d69745f76616c6964222c22736571223a32342c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (26, '\x7b2263223a7b226163746f72223a2241642f4d4841386c437a65366b35484a6969792f5a4f39725252626b775332456c6446614b755661695a343d222c227375626a223a5b2233636969434176505573554f6a4e77655552366e614c4161686c42584877314d43616d46756f6c7a6f63673d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831392d373030302d383030302d303030303030303030303139222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a224d5837736863796f554d7a746d45314e61426e667a756378715064784367585146554847374b36393663343d222c2272223a227065726d69745f76616c6964222c22736571223a32352c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (27, '\x7b2263223a7b226163746f72223a224835653135317176787466775363574142436a4e2f4d6f4a6c4e58385850656e56565861716e67666570673d222c227375626a223a5b2267634b4b3557396f665253566c6973554a6a42666b6f342f716b4f4159615546427a4f74673750592f634d3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831612d373030302d383030302d303030303030303030303161222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22454a31446e65512b72323563465868733574324d6f6b382f466d727768326a5754534578387053366237773d222c2272223a227065726d69745f76616c6964222c22736571223a32362c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (28, '\x7b2263223a7b226163746f72223a2272585679773377387446437934724d7a794d654d64716d4c5542546f4a5a6153312b6e37727a73675130593d222c227375626a223a5b224c42632b734a4164393751634b3858554578555778507032676b4e4a3857773075787a49767357747633493d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831622d373030302d383030302d303030303030303030303162222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22557a694b41464c59576a616446506a34496c623141524b683773617262334346534e5a4e6f444f6e444b343d222c2272223a227065726d69745f76616c6964222c22736571223a32372c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (29, '\x7b2263223a7b226163746f72223a225661633030486d7556655a6f6f65592b34315654373537576c673065744c7131434d714b335934387431343d222c227375626a223a5b2241655233454c4d6a41753767536a67524f2b65623737374279366a414c56664d4f674233565058726f34303d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831632d373030302d383030302d303030303030303030303163222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22513862436171346853444552574841556c31417863637450446664356546724345756a4e343163544431453d222c2272223a227065726d69745f76616c6964222c22736571223a32382c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (30, '\x7b2263223a7b226163746f72223a224353364758766b784f6b4441334f456d486c4a4f745438654d69385554526f38766b4441456f64585945413d222c227375626a223a5b2272454d7a2f47335a57334b64496c4676444e576c4161776f4d64304333543858366d313256544b526842553d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831642d373030302d383030302d303030303030303030303164222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22764676307635686e61644c6b4b6264666155724c774e635a6e3743563545706a752f6b4858566d616f34733d222c2272223a227065726d69745f76616c6964222c22736571223a32392c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (31, '\x7b2263223a7b226163746f72223a22526b706d4f6459614e4542507745644146736b782f586267443752427256795758334247482f7a552b50493d222c227375626a223a5b224476763372324464446a2f34742f707552487974426e79584c356558764c4d44717042485768372b6c386f3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831652d373030302d383030302d303030303030303030303165222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2233554b5661554c4939585138704c48774b6a495832777833736d4e7256324a35334c463362557661592f413d222c2272223a227065726d69745f76616c6964222c22736571223a33302c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (32, '\x7b2263223a7b226163746f72223a224a4d454f4e43763331706670587656364974364c742b6d483353674746557033627134763051776d7546733d222c227375626a223a5b223279634d61444d5a4e397731336a314f49752b48362f55765268376c4c662f6a6d6c446b434531645970593d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363831662d373030302d383030302d303030303030303030303166222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a225866464142317942492f6a6a53505a6c6b635249394e2b64482f52486859326746694973397269587368773d222c2272223a227065726d69745f76616c6964222c22736571223a33312c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (33, '\x7b2263223a7b226163746f72223a22576370582b3776756b74514a6972617656445a4b6d596631344b77796e6a416e6134792b676439616953513d222c227375626a223a5b222b526e717879346776304d6e4d6b537137746533464a4c6e424c4933394a506d4d415154435a724f647a4d3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832302d373030302d383030302d303030303030303030303230222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2242366a3331582b744e756f4a344d5a5567475055447a556d4e4d34785065495430346c477352494d5161413d222c2272223a227065726d69745f76616c6964222c22736571223a33322c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (34, '\x7b2263223a7b226163746f72223a2250392f7a6439757052575539486e5375484b354c5867324a35547166464d773635744b504451335a48326b3d222c227375626a223a5b224e5071566134344e5843713056586650516f326669576a596c6574356864707773683467326e513562364d3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832312d373030302d383030302d303030303030303030303231222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a224c69526c66386c7768736170617a54594b3167436b7a69454558736f7631567174617a767053504d3354633d222c2272223a227065726d69745f76616c6964222c22736571223a33332c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (35, '\x7b2263223a7b226163746f72223a226d6136776d57784456534b514b4d7836366a4b674955554c307250774f327058304e5a756349455a4471553d222c227375626a223a5b22536c7a65486f4e6d6e4f61715041435531347935495a6b366a435435787632727779365968344e683175773d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832322d373030302d383030302d303030303030303030303232222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a224d4454615078674a31675a35696b355144563672636170322b58782b464779585a4247386864396d7570383d222c2272223a227065726d69745f76616c6964222c22736571223a33342c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (36, '\x7b2263223a7b226163746f72223a225249766d4b507969717a6f627a614b6930562f704d4b4c574162745459514664584c67432f61372b3945343d222c227375626a223a5b22614872396b6e53644a484652796a573470306e393459502b2f52666868304c364d6b45434a38547535394d3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832332d373030302d383030302d303030303030303030303233222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2276317772323534356659532b72494e35484e4447595147653445376d764e3873794f584d4679666a625a6b3d222c2272223a227065726d69745f76616c6964222c22736571223a33352c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (37, '\x7b2263223a7b226163746f72223a223033486b434d4d4b6f516149585241692b35474e565757576643546e4f4c41754d34445a304237387264673d222c227375626a223a5b223376526b554a36786d654c4d654430796932527a537144484f696244574666326b6d6136397449383874633d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832342d373030302d383030302d303030303030303030303234222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a223573773739673351575a69663553394234716d396e4472392b666e4959592b524a31587271634d56514c513d222c2272223a227065726d69745f76616c6964222c22736571223a33362c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (38, '\x7b2263223a7b226163746f72223a225570684e325572415868614266325047757758352b7a3577614c384d524852656f425a7330712b4e4c794d3d222c227375626a223a5b22464f57454b792f4d4c306f76326f556858366364566e31767062354c496a626e76316a4a616b495054794d3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832352d373030302d383030302d303030303030303030303235222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2250614c716b7a354a7255384c394d4d6f3753453957636b346d326d3756394f415a667677573566474268733d222c2272223a227065726d69745f76616c6964222c22736571223a33372c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (39, '\x7b2263223a7b226163746f72223a2258673053657831642b554a625130642f464c45656a7339516d7556616b563471754b784264336b617230493d222c227375626a223a5b2259674d4352555533666d7873766359744e31614d7971564d526a75384e6a70544f44423239756142742b6b3d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832362d373030302d383030302d303030303030303030303236222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a2275516262722b426a35486c32316c517375524e6733446e697951474a52632f62507545432f6c30545366673d222c2272223a227065726d69745f76616c6964222c22736571223a33382c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (40, '\x7b2263223a7b226163746f72223a225a766e4946453046632b625379786d792b4e45784f4773413353394b45534b46694a734d72624b437335593d222c227375626a223a5b224546715958506e7a73563743752f68574a547339576c31723673464b3454366945516d61683456514842593d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832372d373030302d383030302d303030303030303030303237222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a226f664f66356b576544754b7656736e312f38556b743468756d516f42566d596f672f30503967514739714d3d222c2272223a227065726d69745f76616c6964222c22736571223a33392c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (41, '\x7b2263223a7b226163746f72223a22756b37413358564f776d6d724f6f4b676f5156652f524841375852755662634e586f436f4d5445666c69453d222c227375626a223a5b225732742b676476476d45464479692b7174737349764476646c586d4e61784469504b724d4d354e2b3277673d225d7d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230313862636665352d363832382d373030302d383030302d303030303030303030303238222c226e223a7b2272656373223a317d2c2270223a5b2244554f3a30303030303036225d2c227072223a22544e385067686252556f763638416753373976396e6758382f644d6f55597937454e5052454479787a50733d222c2272223a227065726d69745f76616c6964222c22736571223a34302c22737263223a227a7a2f636c656172696e67686f7573652f31222c227472223a223462663932663335373762333464613661336365393239643065306534373336222c227473223a22323032362d31312d32325431323a30303a30302e3030303030305a222c227479223a22706c616365742e6163636573732e6465636973696f6e2e7631222c2276223a22706c616365742f656e7472792f7631227d');
INSERT INTO public.edge_entry (idx, entry) VALUES (42, '\x7b226570223a312c226964223a2230316132323934392d393366662d376634632d613934332d383031303830363964306364222c227072223a22316757677a6779396a417a565a376e68332b57323555792f6c4e2f4d585164306a693937695336644a55343d222c22736571223a332c22737263223a227a7a2f61756469745f6c6f672f31222c227472223a223164336635383465636263626365613531653831326633343333623532383762222c227473223a22323032362d31312d32395432313a35303a31372e3537313032305a222c227479223a22706c616365742e7379732e73746172742e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226c65617365223a327d7d');
INSERT INTO public.edge_entry (idx, entry) VALUES (43, '\x7b226570223a312c226964223a2230316132323934392d393766372d376432302d613663642d303934396332316433346436222c227072223a2234637330304b32416770715562313238695246647061394535477642344b686558776a7748744d6d396e343d222c22736571223a342c22737263223a227a7a2f61756469745f6c6f672f31222c227472223a223164336635383465636263626365613531653831326633343333623532383762222c227473223a22323032362d31312d32395432313a35303a31382e3539313633335a222c227479223a22706c616365742e7379732e73746172742e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226c65617365223a337d7d');
INSERT INTO public.edge_entry (idx, entry) VALUES (44, '\x7b226570223a312c226964223a2230316132323934392d393834662d376365632d393832662d386133636337626563613835222c227072223a2244336c4352786777676f68777a3558777163626a536b706a454b78317577784f766154756a65375a336a6f3d222c22736571223a352c22737263223a227a7a2f61756469745f6c6f672f31222c227472223a223164336635383465636263626365613531653831326633343333623532383762222c227473223a22323032362d31312d32395432313a35303a31382e3638343739315a222c227479223a22706c616365742e7379732e73746172742e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226c65617365223a347d7d');
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (2, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (3, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (4, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (5, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (6, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (7, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (8, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (9, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (10, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (11, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (12, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (13, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (14, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (15, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (16, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (17, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (18, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (19, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (20, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (21, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (22, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (23, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (24, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (25, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (26, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (27, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (28, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (29, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (30, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (31, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (32, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (33, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (34, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (35, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (36, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (37, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (38, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (39, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (40, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_1_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (41, 1, 24322, '2026-11-22 12:00:00+00', 5, 6, 1, 7, 8, 9, 3670282141185487872, NULL, NULL, NULL);
INSERT INTO public.ev_3_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (0, 3, 24322, '2026-11-29 21:50:17.230976+00', 1, 2, NULL, 3, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.ev_4_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (1, 4, 24322, '2026-11-29 21:50:17.387957+00', 4, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.ev_4_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (42, 4, 24322, '2026-11-29 21:50:17.57102+00', 4, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.ev_4_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (43, 4, 24322, '2026-11-29 21:50:18.591633+00', 4, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.ev_4_2026_11 (idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa, project) VALUES (44, 4, 24322, '2026-11-29 21:50:18.684791+00', 4, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 2);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 3);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 4);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 5);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 6);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 7);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 8);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 9);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 10);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 11);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 12);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 13);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 14);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 15);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 16);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 17);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 18);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 19);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 20);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 21);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 22);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 23);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 24);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 25);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 26);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 27);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 28);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 29);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 30);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 31);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 32);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 33);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 34);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 35);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 36);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 37);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 38);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 39);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 40);
INSERT INTO public.ev_person (dataset, ordinal, idx) VALUES (8, 7, 41);
INSERT INTO public.export (id, state, kid, kek, wrapped, request, content, as_of, results, opened, entry_id, fault, asked_at, changed_at) VALUES ('01a22949-97da-7079-ac79-5135e620ce61', 'waiting', 3, 'kek-0001', '\x843b4dfe952b4784253c274fc099fa74484d2fbb0e389782b7de3799e8f50bac46c98452a0b13786717718d1c74ee9d175ace0519d2bac03f9cceeae', '\x86e3dbaf66fbf78ffb62b3444981d3bd0a1f65083720371843aa3af1c448b6d001074e352bce5fc1de59960019587fb85ce35afbef27ae5f5c6c35b82ade29dc3a82b35cd160d24085760be96df9fe677dcfa4021811cb5dd9768256c1352c52109f661d8e6f496631bf6ee2d2064c9d48e249c7f514b19a42d05a9cb80998b43e099de1b478d11491d2f0ba395ec93309b4885b5fae74c94c287b59477c3348606052885e9cff1d0b392a', '\x', 43, NULL, 0, NULL, NULL, '2026-11-29 21:50:18.584282+00', '2026-11-29 21:50:18.584282+00');
INSERT INTO public.log_state (log_id, origin, size, root, epoch, erasures, holder, backend, lease_until) VALUES (1, 'placet.example/zz/log', 45, '\x0f45546bb725918a781beeb26d57a472da9e16ed47942bc5aa77fb32afce6b23', 4, 0, 'test', 8071, '2026-11-29 21:50:26.737583+00');
INSERT INTO public.own_head (src, epoch, seq, head) VALUES ('zz/audit_log/1', 1, 5, '\x0a117445645406d32caee26a96d0addd335b5bb61b4974f59059a78a8320e3cb');
INSERT INTO public.producer (src, client_id, vkey, topic, added_at) VALUES ('zz/clearinghouse/1', 'clearinghouse', '', NULL, '2026-11-29 21:50:17.230976+00');
INSERT INTO public.producer_run (src, epoch, first_seq, n, first_idx) VALUES ('zz/audit_log/1', 1, 1, 2, 0);
INSERT INTO public.producer_run (src, epoch, first_seq, n, first_idx) VALUES ('zz/clearinghouse/1', 1, 1, 20, 2);
INSERT INTO public.producer_run (src, epoch, first_seq, n, first_idx) VALUES ('zz/clearinghouse/1', 1, 21, 20, 22);
INSERT INTO public.producer_run (src, epoch, first_seq, n, first_idx) VALUES ('zz/audit_log/1', 1, 3, 1, 42);
INSERT INTO public.producer_run (src, epoch, first_seq, n, first_idx) VALUES ('zz/audit_log/1', 1, 4, 1, 43);
INSERT INTO public.producer_run (src, epoch, first_seq, n, first_idx) VALUES ('zz/audit_log/1', 1, 5, 1, 44);
INSERT INTO public.producer_state (src, epoch, seq, head, last_ts, duplicates) VALUES ('zz/clearinghouse/1', 1, 40, '\xd3aa2598e0494cab5cdbbba23df7c775a08162eb28b82f0ed1c20c6b72d7d375', '2026-11-22 12:00:00+00', 0);
INSERT INTO public.producer_state (src, epoch, seq, head, last_ts, duplicates) VALUES ('zz/audit_log/1', 1, 5, '\x0a117445645406d32caee26a96d0addd335b5bb61b4974f59059a78a8320e3cb', '2026-11-29 21:50:18.684791+00', 0);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('producer', '["zz/clearinghouse/1"]', true, '\xd5001357eb3f16edad38e6bc80f187516e7f2a064b41a2261f028b10b3f1382c', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('checkpoint', '[22]', false, '\xd4ffce2b7eed27a2948567ffcca3ed3253cd8a38decdc54a27b726817c294e7a', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('producer_state', '["zz/clearinghouse/1", 1]', false, '\xc1e7445888c61cc49e5a8b75ad6dc7cca72a5671c101437b67d0ec0760578671', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('checkpoint', '[43]', false, '\x85dd588d1ca0585330aeb1925925eaf4747f2dee6813d45a299d3abbada0429a', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('export', '["01a22949-97da-7079-ac79-5135e620ce61"]', false, '\x7a9463b011226ebc3572916bb1212b37c5e5fab99fcfc07edac8476e2a482b0d', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('checkpoint', '[44]', false, '\xd12a519ec2f64ccb2b1a89361a358dff39011fd6ee1156367210877ff45483db', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('own_head', '["zz/audit_log/1"]', false, '\x48e83093124fa8999e46602df1c8782a27672703c2abee037bf216e840da6d18', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('producer_state', '["zz/audit_log/1", 1]', false, '\xc189bd71b521a6a23b1ad1d079beb703f24bad9a7b1233572714c9076f3b151a', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('log_state', '[1]', false, '\x75e516b837802ad0f925072f005548ffad0acef4cf6fcaf9ffc48a0b8875faf6', NULL);
INSERT INTO public.row_hash (tbl, key, logged, digest, said) VALUES ('checkpoint', '[45]', false, '\x1f3e747fb3bccfb0292bcb29ed728fa9d36e13d513e673391512f7973d8b1979', NULL);
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (2, 1, 1, 24322, 1, '\x368dbcdc0f225688bf3eeb2cb361e5ee63282566d632390724e4ac916040dd3f0950bbc6498723e3d78d7afda3068785a783a1f5ed704c9d7e5dade0d5badaae920a78b6f0be7029935af63b6bda123f45cec210f4bae5747873b6de25e857088181e4e2e51f56013cc5a6ee7f0bbce5f758302d8cd07f392230e369612a1e1181b87f7975ae43a85f48193d3d1f3bf1470ba131f12f00dbe1090359');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (2, 16, 1, 24322, 2, '\xea8dd6aba3fc5f00ac2aaea349b884be64410e433e6859a4052313abc261b7966163a124477714aa2f38ac4cb7be443338c813009eb28907747ab67f9c2e332edbafb64897babb4af66586c98f2988ee22c64cbf75d8c52c58b954a29a1c53456a5a4df604c5d6debac022db7f3ad6d214539d4d2be9aea7c876bf335cba7131a9104b7ab6891bfb9b21a169929da978d7fb4ad17b875edc07e7bd01');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (3, 1, 1, 24322, 1, '\xd48a1fb33041eb292786dc589b19296ba4afa857bf07ecba1a1e80d9953e67f9e6c1595cb4e7cc09d323818a2a1c000fe65d419df684f09acda6092f7f3eaed4a490ebf1fbd7cb49b0907af1a340f637b0a157fd90eccf0361d406e24024a3ad5016ec7e08b96239627a3bb8a50928f9201fd3b1f87b6825b670a6a4a2d8a273af5890dade204c6b9aec790612beaa512ad68a5dfb821f58e9a2043c');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (3, 16, 1, 24322, 2, '\x7ad5836d2a5bbf000f2022e1a4de4cb7c8d7b97a415a14ecb913ff668c3d18b4a44879723709f959267bcec333e5cb59881a251306a34edb8f49b71d2149e30f5fd7ad7174ab41d61f39d783ff2ca1f91dc18e6360def4878aff6ec258cf2f8ab0182cf850169fb912aaaabc613197ea130d0816e28a9b7ba31711b3b1be046887f81027fc7b0da7b168cce05e14e90d000a480d550a435bddbc8f09');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (4, 1, 1, 24322, 1, '\x8c90c6e63ccbb4289f2cdb6e9e303e92116c73ff609b88245ce5cbd804d514ac2ae139e36c9209b1a06e369af1ec8328ab78fb904133394b3ef05b51bcc7c13815223bebac976f45bb75958f27b0c5b8e488f28969449cd25f527a2a27c9ca1d3231a9c7f5a6c5c2ce03dded4ac1374882eda08deef0f25ab5046c2179b0112bf7badb3f3c9527c30ffcbd172985e9a170d1d1966cdfd04b91e8e7dd');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (4, 16, 1, 24322, 2, '\x9f5b28ddcdf2efe26ad150998429ca8733d9bc4a3cbc9f48047ff37a9d8cc1d366bd13dce05b4ff31154b870bebaa2c99deea45238bb4b5ce7b0f67f4024bdd085250870d8cd7e761d488ff467a892ca9227bdc88d97dbd6c843d16413de80a89f54f9b0f0efa71b63302cfd93d1eed3e314d5addeb685aba58e1296112dc15f5fd233738bff425b98c7aa6b106a1c674473387d5a57572f175a2b66');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (5, 1, 1, 24322, 1, '\x9255c1a24c105d52d979c616fe4d13e7ac8cea76e3c3b0ff36f1ae821de01e3ff56a8f859c8298e7e647f530dc36584f719be2f09e406753780f2cdcd4f8d69a29c226725c4a58fb75c8a7836a38df2f9093759983ad20a9d5c918ec7671ff378a7811284265f6a84e6a0f86236c1949c0bb1a6388be8b02366f1cc9352218a1978d0224bff270703297c309e1399826fd02add5d0dd64dbe667f3e1');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (5, 16, 1, 24322, 2, '\x6614daaad5bed1b4e62292c3a3c2a03d1bfc54d1e9a42afece34ed22396b8ddb7f18e959f9022674deec9a5558eee0adbff437137a9cebc44e5e64ace30e2971d2bcdbe4291feba5a39ba5b7547561027797979774b0108ac656d94add39ea9f04acb1cf8006e84abd4560c2dd20b75ab1a31ca93d3b37aea515135d14289cbcb6c73d0f760fc1a2769dcc89bfc09428d460bd45070c3a4474761952');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (6, 1, 1, 24322, 1, '\xfe9e68f0cabeabb1ad4652195ad86ffe0e72781d916a8cd4976323b50c02d673b3e680a170fce2fad547063e628910fe579681aaeecc1967a6f04c877e1b919bd7a037f1d3604ecbfc28b18cc8d3c7a676bff4eb244ec2b463d3e739e3291baa3ba2c8283e74e44e9f5461b6ebd397c39b14ca10c6a4098fcb98ca6b0370819288d2b26690348f6d8ddc383efd2a7c4f950f329a6d304ce8b0e24e61');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (6, 16, 1, 24322, 2, '\xc0b38861d4ce12af47b7885b5eb4a64fed81f64977631eeed645df5dc4d72ea5c17b549ee69e28d1549c8cd1a1fb839f74b5a6896f60a04329f3bda5bde1662a8a49328a480977a4f6b4d14d1c98b76e31f29b6de6fcaf6983f08c9c43831f5203a0f21d4294954a344ce1702554a900d4d0581cada605ee17653c3a1c6aaec02fe721e7c503cd958a491f7c965da365c58f0f7c52a85ef0df151c11');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (7, 1, 1, 24322, 1, '\xae26c1e0e592222004776d05bcfab7ea2b5d510bc94da4192364f6d45f1e9ad477f0bd6c38b059ed9f2330b8f94cca9a0ed57668b65beef33246cdb32c0a46defbcdb8e13e4adab49bb7f55a7231bbd2435ce0226e10a12980d1b3255a782f081f6db10ce206b8fbad9c6a756c1b6a8eb87570477c01f00468d204da53ee60b35e5ae7af42a1596db237107f682b8de253f01d77dd434c635ed50485');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (7, 16, 1, 24322, 2, '\x460e2a23042cd65cf1ccd6023f6f45db39a85b608f748000b61104617de59d32fce62b1fb1fa6258967a885a4fc31e9c5b8a6ec858a3ff55129157a27017dd3b31e5ab69f19a70978699c22a33d9cb9c63f7977fa2a0c00baf7224920e32c4aeab770851343e8d65b58dceb53be6dc102e13cba53863165d248820ceb40580dc016866a71d37f9f97783eae99d3997929ef13712f391e5affd22822b');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (8, 1, 1, 24322, 1, '\x3a1ae72dda251908c8a172579edbd371d61d8b488ea258aed4201fdf6ec00631ca1bb7ee99746170de6a70e8f306ff367201b84d0fc4318f7f4cfea7e78ae998438a9ffd38ef7c132cef1dcb1f5a62d6cb1d3bf36ecc2920edb03726633462f55b240acdf24a85fcb48e8ee4970c20f766cbeac0168d818f6f8f5f098193605947ed5b1ddc03d3d0e6f73358cb926253ad8015319980d4eda7c226a0');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (8, 16, 1, 24322, 2, '\x885683b51eeaed0b023c578c1ba0035522552bb541d9e474caa3fa9ceb8bd2cb0e4e34ae6693dc1ee84ca07d4a9c52147f5ece531a0b946fc51fc270858ff9c47a1664b853de89322d3e855064e4e0269855258728004710f6e3391c8fdb0533ee7b3f2f17c193a2c76c07d3815b3b80592857adf2acf74d48519c10eae98a85eb271f3c56e2f183e05f9f3ef3a394968a3cafd1d24e19c6c778c49c');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (9, 1, 1, 24322, 1, '\x5312b7c41fd773730a63b006e7ae3e062f98e33f06589909366572949c5ec6c16d9d802ff31039e05243080b802cb9e35c02bc5ed9695b0d68d0ed5a77623f8405737da9fa84a3df4afc65b697af9c7941e19d894effbdb809ecbe978e8f51749b586a006ea0aeca558edab9850aab36b2cfa0d3b6f6ab8d34651d0408cdfa3fe05b63fd3b9f8e6afe4601af967bfd35c856f49c6038aacf84de3690');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (9, 16, 1, 24322, 2, '\x8d1131830cfb3438f4723977205356a6263d12355fe559b00461c24d5315f76b5362c613c051a87e55df13a2e490614435b1052a6eb4fe2855dd52ebab44999cc2ab0bcf77afceca6b45480cd4f8d2d95448a904dd8d7cf183583574cc8b9ea8c279941f4595b13e748b1abec3911e623af9603f3d01526b7a09c276c86eefe97b443b076b10a34fc0cd2dff1e25518460f8b067c277468812ec655d');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (10, 1, 1, 24322, 1, '\x956681c7fd19b685cfabcbf204f170b77ff84a4561af2598e3e0826c1ddcb7ea4323895132eb21024f6faa4c7d25dc82cd2e4ce610087b8c83a100f75e0dfe626bcf6f4cb443c2505a796880b4179e2f514b9ebf6b0c027cb2df3950d9aba27038b1d8ffe2069a411c6a9cc9c1fbc9e920191d8389ea0bf9045e1e74a79be9aba00ce43fc48d79bcde535805bb3728e3555999be19d29bd72f0ce9bc');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (10, 16, 1, 24322, 2, '\xbdf75125fbaeefa6c916b0fe9e83e38b16a21f5318c183faf894f5158e3430dee5a496f360d93c1fce116d1633259e2cd67a3557476d6dd5d9a5ce6c00c7b1f0b349652da63b02c1667032f3dda1dff6f86d76ea786f1cae396738b2b775d282eeb46d5e1877e8f5e0c3a0b64439c5e4ab9e0f7bb6c728c8eeb37ede8af6b91a36cddbf4d367f5edf53d06dac3604849ebaf0707b0c3aa63d451f056');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (11, 1, 1, 24322, 1, '\xbce7e4972656ee3099a913f0178380d1d243a88fa33bd5f9c6423ce9ba97acbc035fe988ee927cec94b9a04277fc3dc986ef32b9cb036e1c579661b26a4d416edb993d3a379952a737aaeae140d87e59555d834e3c84f91822e8fa6690ceae99ef68e7db102e656b3aefa28b223fd070a2ead7e88ed4f42e46c7891ffdefe1f1eb89230bf1fea3990d409c8e414a10efdd8819c8030f10dd04450700');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (11, 16, 1, 24322, 2, '\xd2fbdc48788dfa5491768216170ca2eaa6f9b31eb466515bb23f2de22e7d6db8789072de5b4216766899a1d21578a4ea1b0035b09513b2669bdc96f732e7f1ad0e99e211063eb68b00e3f3a8d033e88471fd261df1da634264c3be1858b844e0a63136fb5aa93e4dc7d9878b3ef3a8244c92716476d78c220cdbc9e1aa2809175aa68def4d3ddb399e2ce1fcd3020620d05ebf5819cadb1e8439bf90');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (12, 1, 1, 24322, 1, '\xd4610fb3f781025a3c12d149ef25d15e3c38e6ed43c4c9f2675c94407281598057870eeba852aa10a8ab0134d708e5f1ab9863fffc1f61ce590238f3d416683dd21de199767e9b55a72d790238f51da925b85d502e6821ddbc591fa44a82e1a3c33c31a0e061ca6f1a8035397e7a259d05e45f3998ea40422af5f9e7d4319dc5d9b93c583135dd9f97b47dabddcb1d1bb29a528814e128d7ccec4351');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (12, 16, 1, 24322, 2, '\x0d7b7888f1a4dd3f9df053e85bcc8b35b8f7d327589e058135f8c5228a36316e1e691c63a127040e3695374f30df1a361c07c2767ea62fb35ed10973302689abdd21b29a9b901d3a6e6530a03ceeb59e7cba6b513287ed7f5dc9bf85e1eb00f765338f5ee5025d540759a25afd055e43ab0347c1e0a308c9599577b1e84645f5d2f439a1fad105b7a9d7729e33de19d11df9f525a3f9a27f832472c4');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (13, 1, 1, 24322, 1, '\x7319622446c0a1b4507bc8fe08d18d1b6168d1d647775259afcf5357c16c692d4a4b49c7ef34448fc21ba6493c120f4156109a78793e560dea2bd239f506956c456283217271e8bd12669979f3bc206d35274e976c021f371d5f120bfac6773f0433db5deb9cf37ef0d75a3c4f0f858b3bf5f31c236871b2978274a4641e2b07948c949cdeb405b96148a190b666dca41502fc404192cc851eb221f5');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (13, 16, 1, 24322, 2, '\x807c9a73e156a1c0da33d3042af217e7602f91fd7feb4f4631cfaa8fdf8064b9d145e59ce3d24eae3fe5f387085abd6ea0b3cf781b19bd162b520737785791d230c369796b562e82a17195b8e35196a974008ddddf255ace1c2e780d1448a6322937d77bd9d671fee856ad48a78a677ef4bda911c7e5b8e4817455e95b84f8634b7df9733bb0cb54e7ab0995379191a79cb509e99888606f7722901b');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (14, 1, 1, 24322, 1, '\x5bd605faee933157cfaa36bd1175ee7855c52ff5f372ee99f3eae5c168f0aeb9f89a631f8b02954ddac3ddc13b6f5815bc295e54c1abec045bd00eb9db8c94b16729539d7851f5daa0363e44991310f166f98c469fdeae3d7345c005b1319bae4da108c3f0d74bcdb8a2bcba99ba7d30a2d5107bc8586233328edc92afc0297edae026ad9efb5ecd78adf5755ce59ecab32506cc198c1df8b9c3b5ad');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (14, 16, 1, 24322, 2, '\x657c3ecf3c389307736c33ea6f3c02f784a3e96dce3b7fae61560c3efe7cc3771570caeaca1e424c91970c3463a068e942fda07250ddc008e727589b42cc3f8dd99437e12d3fb02fccf61acba13f113f9df061eaa2be1e15ae1d4b40453a5832019d240f254dbc16debf5bcda742150ba67de30880f1ce82c0f6d189bb2b3203a2908da043923d31b6b5a027735e1c7f4ba3b98dc3d8735364fc55b1');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (15, 1, 1, 24322, 1, '\xf2a7d2e659b3905ec484706c5552eb3751d75c40fd456e6c8378e59f7b879dabb25a953784c78bc68169bdf0b367df74cc5c42b472fc6b9b20f1216e6c28f0326cd3aa0e0e85e4c12cb801cbbd28824ec6deff23d7cd453578ced0797916a749fc2f785a9c2161e4472b2139fb4621198412fddacf7f4055a99a32499f2b90dd2dd47c928d88834db66ebf918f678539e8a1d9c012cd71718114d480');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (15, 16, 1, 24322, 2, '\x95da5ca5c94073f5bbb60187c358e7a8fcdd24a3facf4de3fcb94e61d1707d0f37dacb212ca874a5c68994cd51f15707ddfb4c19206d771f00b89c4d08c0369427e82031abcc333a6685884d619c93c795928187758b500ed8a8c1235ee169bb7804c4f760db4f2452eb80053c18b34e4793541f681714e494fa6b76176d0fd98137ff987ed3e93522878b57a2b74876efac611ca1bcebe076cef03f');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (16, 1, 1, 24322, 1, '\xbd3ffa4bc2ac32634a1539aa97908227d74019e1c9bc53ec06617db923adc259535cd4d1abd49403edc3386f68c5d99290366a08e7b817c6d1ae74289faa6bfac568659352cd8f39c4ca657262cb6a8b2feacaa4df66d5efaffbd864523e8022e787ff217589b8609144ac3bd7f882b5adb1e0fef09af644ba720f6f88c36bb1e938456f0300a2d6ca7a62d5f30961f5935472a427447d9d19428e38');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (16, 16, 1, 24322, 2, '\xe22739a439edc489ffb7c1e01fdb8443f836ad1ef4ca499b8bf4a8485919fd7b8a2fad4056a13aa25e756f07927afd281772c1ca277df0a3128482d90f572c5388afc1f7148127f61d72a34dca69df81214ee447dbb6ad17097e82f94fc39678432d4f8d2dd76a6ef3cd5dd39ba4d273d4e78d55f940649fbc1719343529e74fd6677fef5712b5c2046b47639082c42df290c0bb424342672bdfe436');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (17, 1, 1, 24322, 1, '\x7959bcc697b5d05fc62853aaee35f56f37c41f6f2ef9e36826d319d35bdea1ab68273d7feb5fec56d00b612f0f9b3ecbc083dd68f669b47e934f9e916a5454f3790aa958c81b242b00fa9d91d55736413886ce9d813f20df818909b5cfe04335392f03e6cb8a00a771151db1a82565fd2b33e250f7ee956f8f93750e9ae3b59369099990ebb5fd5ee28ca4c09e2cd75c867ed045a10eda09337122f9');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (17, 16, 1, 24322, 2, '\xcd2d43df41f4e874965d1059fe19b0b166033b4e49f0646b5274226df399f62d0d60d49ed82d9b207ca10f185bbb7c252925bf7cc7a5844d52a10eb311150264e7f3429f48cc93cd8756702e689355b3b98f00955e528c9fc8f676ee9edbe36cd901ba49356bdec3acaeec1c1ab40baf2bb5cdf8173e58d868ed712dc95443980f1823120bd14b62262d2c1573bf62d83633efdbae3d24623318bb1d');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (18, 1, 1, 24322, 1, '\x76c4ba4627b7b9937717afeade948b27fb3d917fb941ccdbfa97a3a607dd04b4706234d15b634bc3e08001ec6ccceefb4e354dc76d5c18561e99c07b1498f37d058ca8da9df488a3a5a3373f3de84b4a3b5e39c9a9af6cfe2af8ce90127a561231e7613623237adf4be7b699c6e02bb415c2eb038b5401aff6113fe8bf890cf2f3e803d1122212fa8d789c2936466366f84adc22b1bb0a0051aa505a');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (18, 16, 1, 24322, 2, '\xf3a45f6d6ade340265712f4e6e87fa3326a8c6a28ad043ae8f11f11eaf8eb28f35ae9efe815f1c172bbc8f96028da0d0d68781282d54859d55238d5fee96eac6b7dec73482e35e031de8bcd83124da4b7ff63828a00c78a0ae2c97ce1cec362854752786ef322e631bece53e8d35e7b5fa95c7a37a9cce911aae77c5417f3e684223e14ac2959b7f990dbed535afad4a9e3ab93777c2c92b5b563d7f');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (19, 1, 1, 24322, 1, '\x433e17354ded8859bcbcfe85897930bef65f27ff2806c275f89de91eb9fd70a7db37943e954aa96c41cebe31a2d475e4c4e4899187df244f2eb07c7f47a493ae868bb6d0634e00dea82a1fbd0643a74ece597cda2150fc1386d958d0839ff3a854e396e4fd53401a1d4fbae70dc0e86178eaebafd9da5c01974dd2966e96e46eca385a0b841c01cf35a95906b4a11d4de49877c7a902c65e1a65ba36');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (19, 16, 1, 24322, 2, '\x42d150570a9a1a4508c5f381b9dc20cdd278e5ac1815ae2d3b2b992d502e12a79a5da0fcd73e4f2b0e779f4d20ab93a18d264e618a5f21f5bc10bdafbb46bb100cd9249f3602d366cf7124e98b0ab15f22830eb707610131ee5511524e6136f01d08cb41ba8e0a9a5df77e2a5b78396cd0a8a351942d784866e5a5d64d40a53689f79be7a6ad88ec76f7ad8628165927945c76e66e438172176ba5f3');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (20, 1, 1, 24322, 1, '\x327437c77390dbae05768fe252a2d98b15e25c3452117bbff168fcf7361998a8a53ca44562840ad681b3fa52928426bb9d974d0fd872c80380870aa3e65f5c64a7d979ccf0d3a6b5cabec8ac42a6d8ff1330aa2b8c88669c877fffdb91ba2e4a35c6ee22c0f9bf767f9d8bf597f39c3024dca55e89d4989554161abe1c33a48ebaa4e35c237927307a773736bec0f67447e8da43f2ff1df76b9abd71');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (20, 16, 1, 24322, 2, '\x94762634ec841f4d7f881b23ab381a57b3867dd4e88784de80bdec3a8fa7fc7f44c57ed1d61f67303730e65f57086ccd7f42eb39c591d741f89301a0f31c611f06fe85c84a15e13d64d01cfe7832e7c08ca2a2d30005eef8746542844f2712d365f237b8054aedea526123dc7f45f42988974ec15d4a53a47cb05a84307d4373a5e374f1bf7b7c5056ec82508e913463074d78ff35d17ff2ee398513');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (21, 1, 1, 24322, 1, '\xecb978ce328bc018f6466321213ca5afeb5f145be96df75056279b77fe7a23511129f36e7142ef208a105374e08576c212c7aae37b5d79550ff7f82c590cad80f3a47cae1444015a2b017ab8f1a8186fa87119dc83071df9ff1ca28849337f50c9659fce1581a5b350ebb8df9aff04e2760f7abed8c1d88dbfaf41bfaa91aa10a29b95dc64041aadada683b7b0534d68a64cec65f6bc153fa0dc868f');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (21, 16, 1, 24322, 2, '\xd986ac33fab12180961debacd63ee345d45779ebdc68ec8977f10cab71075da2bebe65cff97980f8c61f5d040930e2103200d816149f01f8d91f8989542afbd8313d854c7f627d6c219f57c6c1f868171c2c6aab604bd35732320db746297742aeae40ecdad88cc9bf343ec90af3139074ac998936ff338d39f56808fd129ae5099f76c4ecc2229203d840c8c7280d5db533e15f4b4d56f840caa464');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (22, 1, 1, 24322, 1, '\x8c215a872797410789dba3ad473eb5dd2d62400ee2e5d2666f9d6c4926054200f7e2c509db1843d3c4eebdf8426ea597c74c81719fe18b0ca73a10f414e51b99b4ebcb635c59542490613a616253378bb29610f2cde93f1a166a31c0699ff8cbc6d3f1dafc54127ab9a3678af8a317ea22e0cbd4253ee1ec7098a3e8a2aba8e2626b5563d862c18f4dc3c1ddcf8989dad84999fb35dd17680751a287');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (22, 16, 1, 24322, 2, '\x69d17fa42dccfcbf0734e7b46234cd9aa6264e5afcda95d39d37057fd8b989b4bb1b1631462dcdd171c0bd250c8729820b28cb0feb48e1b7eaabd405b3c68df9c6c4d9d9c2087d7bb8e485279e658b1c6f1afb06795feb7fb1f0fc27974d38e1ec23ce168dd87b611c97f7d6a9907f8f42fe01e1ed2553d905f2ecbd925d9d0879db03f59c3838a904bdfd369f83e08bdf783d02c135386f3c253abf');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (23, 1, 1, 24322, 1, '\xc9595f80ef3b3240ac27e36d6a53f7858b624091bbd3a6ac2fadef72ea59bfc91af3983e9a400725ddda4c9eafee1d7c471c6db99ee4774e459068448a87300c79440353e693df8a85c829cd81a6d6820ec3c0f9bdd137966e2baad66ab549c5d0afbb7a1f17270aeff0b76a948150aebcf725a8c202cd183a9c877d2f8da63310d9e6e5e3b1618788d6277394eb7e6419b2a080ecaa227fd2aeec6d');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (23, 16, 1, 24322, 2, '\xf665e8230eb0e8e69a2f2d07c6dfc3c935f5cf0deeb5ab509b0374163929f536b5e1a6beb8b0b031f6454fc1aa6b929cb7d90721c71bffd64e0cc8caa93b7205db031950df7c474a51df69992b77dd20726e48af18357832ec68774e96125f17c00002aceac60f9310da422b1498818badf74edd7824db63a7801f2c1f9a3a230ef20683b487e17f45b1b109ccb4c86aa1313cdabd1323f005b36f43');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (24, 1, 1, 24322, 1, '\x184897101a75c82781c540b4b9d26a14c5356ea788e2ce586db14da01ada63d574b8e92d72ddc4d8d2049a0aedb698d3322dda1890614a207f2e615e435248e006f6f25431efa605ff9da2cea94cc7e696f74aa0ffb91eb5eec04fd28f12ac636b0b078b7264363654a6110a1c32eae9ec74161a9003c382993428e150f4b609075102ef02b4811009ad35e193fd147630d687c222b3f142d81c621d');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (24, 16, 1, 24322, 2, '\xad49e2c078bf76b328e86d086a1fa6c37095eaac7aaff0b6d0a392fd406702031f7c7c0b50c98bad31d841cb11cca4e43e087aadc0a4bbebbff4a721ebc3db62a1971428168387270ab825195ccdd23d817a2ba72ebd87c6d361986c16a2e3334748ec09ef79787213046985ed7edfa9f60c6e640a35dcbae955876cfab5e0f726d9d7f9e9c00a45f1693ea9afe167b2709c5eae206249b7cc865e16');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (25, 1, 1, 24322, 1, '\x661694389ef558c9dc0427a4f97b5ff3ef4073bcc96b6c20de71c0d0c359f1f65c18bb29755da4363c9f857c46dc61d4dfe8b52aee8a30a997ee07ea0c43ebab15025168fdf69042a907322807cb32bebc032baf5c140fe64605dff2f63358c7caa65ef61275965bd313f989a65685ff533b3afb040aae7790171baef15cf92bde2aa1000f650c1685d87cc7588f1b1211198d9df9526275e6a41153');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (25, 16, 1, 24322, 2, '\x364be8f208141ee033f3f3348dd2847c007c671ec6ec9d62ee5b915f7000bd0365ef39aa4a039f56e8197d58e5f3c42ed9663bf384d85c4c8242db8a090dd7e1ff56a32429bb6486a0888fcacf92789138d4302bec9bba32a27b161ee0fdcc16a9c71fe643d114ccc020fb34718e0d7736a01189143a2703bdbff584f801473093c4906d04a02e141ada4f1d29b7a1c849f5537cfbb811920d494d77');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (26, 1, 1, 24322, 1, '\xd39e659826e4c2923669deb9d1c17706a791ff9d4bb759232630179986e217269f3ccd5fdee394faa6828cc808ebc7ba6d6eb14932d026439d49c47706731aeb8c2b9af14587d47968a67b190d9b1671e6a80538569df8cd9cc5c6fa035c57863d7327b2dd9498ac1f597c1f675bc646caa9fd87acd483a9e774a63021f29e97f8c424be07480f7ebad287404d8f6385029ffdf2002c0192e95ac359');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (26, 16, 1, 24322, 2, '\x41d4421220f3c11485f5b82fa389cac9e023381c47c09c1bc948b38f28c8f74f93e75cc7f34d1c11290aa1af94ddf498176059a38dd7f0e880cfd9434c186d606f1ab56c0149e4efc2c2ecac52d5c0fb4f4202e7c7006f855bcff04c5fba6482c6e18c04e6589f059c95ded0f84f0b455383fc56dc803433e88110310502eb7b05c04ce2f44e39331c73a34ab52348fb517e91a5cfb9c60e7b67265a');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (27, 1, 1, 24322, 1, '\xae42525cc6f2d47e1e0e5ed418419a0a50e16aa7fb5d24800e7583cbcd04aaf3d1d18b5d330f4c7d0c9ac17ed1ea3bd7ed23fde3c8a4d815d357fd5c955823494501b075e8ced8bb9ce426ea36f4a8e595a0664af7fa90aad2978d3e7c068b2df3cbb06088e136f248d95ae320b0a7c4643393f096ff017db13a9005049dde2461e7bae802fd728fecc610990b087812679c72956c9a3da5a7d5c4b0');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (27, 16, 1, 24322, 2, '\xd477f4f9f21e0eb17e55d87998770a1aaaac6c09f88c1ff07f64408baf3b16e95b99c177b5cdd243569a07b268797be5926a779b99c9134f45f8f9f9ed470defe86077c3420f80fdb4b4b1f02b74571c3d29ca0dc67c2ceb32e893a6d9dbfcbd2be4f89751d1cf8ad7ae53e3efa00469ce003854bf4cb5310abf7f1eaa217f400556787451932bc97bd56b5d5436b73aad3373feeca97816986cb267');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (28, 1, 1, 24322, 1, '\x82dfaa93cea4f58e2a1975595966402bd5e5b07a801143515b7d25aba15026c24165deba96b5bb6e324b36ee7f53d35dbef49a4184dfbbe1f70050e45272273ea5c43bc6647ee3b078c121dc63fcbd139b60a7ca392f104796592f7b33b5525fafdae0ccbc09e30557d3be2bff82a184d23dcd3af08d3d60b98733ea3bc7cf2cce79a33f06ae429af0a8f8677837df17694457bbd640de6948094eb7');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (28, 16, 1, 24322, 2, '\xb6a9ec8478ad0c459c15557a99e344dc80cb1f363f071b4d804168f1e02013c9552ca1bdf73ff35a91e4437b5428ab0d452dcf0fb6725d6138b5c514a5762ca9ba4136ded0cb6cb4f054fbd1ce6c2260e247f23bdd6ad2f6ca4bf2c9aade7547af0e18865048b5b5933f30fb56f0b3203ed24e6ad42b9504d6f35b91355f6dde96a0a20ca95ecd4cae7ab19590e34c98b24e186d741b6771504015f9');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (29, 1, 1, 24322, 1, '\xd8895ec14717ffd6feb794490280f721ad892be53ffec91b089784e90e2e8b0eb971bdb05f49ef35d854284dd8550ea534bdc380c7fc9b6bbf9454f21f8060595f2c423dc7826efcbed5ef55047d4792e9f44eb1382d2204bc1858de15f69ddbd157e32ade22308d6249ee0e4ee5d0aae1c005fdd43d2814a3bf6e56d53b38e1990cd4eaf00b379dfb2ae73c0d804d837747f977f815ce6fa926ea0d');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (29, 16, 1, 24322, 2, '\xd347c7153922dffc4710f6481e0ff968880de1cf83dc048a15eea549521a70effcaa2daa650f6e8045c0a73e3d8f657834df5a45d734b239858da903116f01c913713dc48ee6827246ef06aecf99bc6c28e16e17f9a5c468cc2134168374777094f4f2bb83647d0f33408c69d302d9bd505a521463775a1ed005ce4ebf919339007939bd77b0d8740b215de523de3d0d5078f62624d1d88747f85763');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (30, 1, 1, 24322, 1, '\x33b862e68aadbe738cd1971f23ec50feb1865dada03e64d023827711df81094dd1f2283f253009fbce384dd17d8bc4b257d2914f9dc691adfeee299f4367bc1a75016e4302cfe4daa5e8ef51af976b95d8b8ac924d0bdf6dbbec872446b875d111fa8af1fdd86760cc5914d6da672d3e0dfa87a9afd4551e4f5d64cd8ae6b59dad98b9c3e15ec3e85ce4fa6360c42c2408e8dfe5bbccb780e41b8c5c');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (30, 16, 1, 24322, 2, '\x21d49bd6349a2998ddb5f24b1fb6ba1e9bc0b343005303d7ab3e7cbee1c438f6c876512234c0a601c772dc123de710235b2f5f9ad6a495b213479a02048ebf16af427e6898ca441de782e19907379a4ab250eae15c83d97237e732c0b7675b2f2eaff6a602e3f8ef96c496f3d075ae97644340e5c374a398b92f8e477c21e685609beb2bad70f522567cfac1c7bc04ae26587f18b0251ba3021b89f0');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (31, 1, 1, 24322, 1, '\x11219f1614f3ee5160502eaf3f67bc5d5e8113239cb175456a63009f5d17df58220f9ee5b41ab48db7267cd5618f43947c133b179a0acd54e874d05a04d2d115ae331bbf08a7f6638b0a0fedf4818fc230e5798bbfb02743ed41e599b88981c2015c0b732fbfa95174773dd21d7f18a84d332727de3cf1afbf3d1ddcbe24276fe7d3777657af0819149f2d9183491e76279a1e0aff56db0f58866406');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (31, 16, 1, 24322, 2, '\x41cc61fbe7c8a790393ff01dd960cb58ead3f77e9f59ad577ddf02e420fb5df8406e253abb749c9456bb003342fadf5f378fcec6c28eab19936965896e3c2f8d94c58832a656196e4f5bb33f052d8e621e001c9ad04e1b3e45b9f9f168ca39c87db81412f2a87fdb5cdd751034663bc57d3d8aa60e84e42721e86145dc3b9e21892b5cb8504e4f8cd23d074270bd232079514fe0c1baf726766b0ea9');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (32, 1, 1, 24322, 1, '\xc5cdb7d502d1d3a4c01f8edffdac9a0c78b17e25b81fdd0cb7ced321fa8cd4e184b8d96a1a1a1cf7a89ac163148f83f08c975e6b7516414e1ccc36a25f2887ad3ae695e9219e501631a59b1a744a0fa974b7f49789816a97380548ed166cf28aa7931c3076514dab96f35b85464c7991cf07751e8beeb8aa1eae0b36fb7d61571a2b9afdcb0a99c6e16b9ad4b2c895ef00425560590e96219fba6b87');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (32, 16, 1, 24322, 2, '\xdac3b741a6f45561126182da2dda18ec548da54080e7415b4f72bdc3b2e17bccd9ae7a6decdd5ad15f0b9e5c0bd749f053fd00f6b52f43656d303a601014b9d79e1c17f08eeee70ad388d1c5bee727f549d2e1779b3cea5b8a032154d1ef3d20e05c777f528a0127be8308b12bf89b5bed3b1420cfe4f2cb8e7a6e537b64c7c8ab4583479cf3dc8cc17953e4922fc04dacd91b950843a49eacaa3e9e');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (33, 1, 1, 24322, 1, '\x17e97c71c3d4e7bfb5d5989bb33a6ed2f158c42ab0182e00c4129a7f9be294682ceb5f38452824022f554a572f24d1bf60982b73a0eb7583c4763fb1a44284e2921a91ad53ed1183ae5e0684c7008567759a6eedaf77a3d25c8f34692a55a942d7ec2f004abfa8f1d0494cb197a084e3e7e2ce020627010855eeda1b97961283ff53fca943817276b0ee861be3ab89f59fe4205b9d0764bc16fe656a');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (33, 16, 1, 24322, 2, '\x33f19c8b8f8408f219bc1ad115a9e7f28a9af743f78a6c61dc7becadfb663d0201691b41affe20e6ca0a07de235a586db6aa27f2f2d4794ef6ea049e634e39501e823594e0bf9627fe43c0335c91dfdeb3a672a0b96672f6bac76abaa513aae6e1e7735ac5fe8dca34989b92184f00fe04e719c3f8cefda705513eb5eccb63a5631ee0074f4137dac8793b728abbebe2a65623ab866b71f96f630487');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (34, 1, 1, 24322, 1, '\x967f9ec9ce57e987eff0a08b0680f0ced48d930ab55294ca3c8d8ae96e4da28d3865fc677185a3a4e3ace2a7f0c81c12a73bf56086bfac3952649537a21b0f12be84e5c22ba84eb9853c479d7c229154693888e929727e3ba04618beb8fd11c8d68b01b0e6391bb401c1dc9c7e858fc6900c197d9b41fd3693a7fdcdb4c4633ce59f2eece80360748065d3bb2e242f23ec1279b4f2075984eccebbca');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (34, 16, 1, 24322, 2, '\xfc9c546fd1515153f6b29d62dd63d137611b6c86a66ee00979d3a81b304a75ba8483308aa2eae46b438c9ac6eea26e2605cfb642404f89d56a368e60e9dd5fc2227f22b39bf6aeda3ee3dd2c4dec497d9e3a5dd370cdd23b108bd19512effa0d30cde3e061da7804ae92825eee02b2ae9265435d240873be2558293720774e636f61d13af64bc9b15d43eda6bea03b7044ea47c9ff25bd601491fe65');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (35, 1, 1, 24322, 1, '\xa97ca7a110aea88dd51d2fb7ccd26992037114a95037e4c4efb1277354f331b6730b9b18c4b61d3eef35599bf19f9ac962c830a0c87c454d57135a04c5283dd3e70c0128d75b093f3d0acbb191a76b14e90558b6eb2f7f15734c5e1dabbed50870fd1782b7a859d7b7f1382c894b8d6070757a43920cc278e63af106aa4ad607e9f0d0eb2abbe1f3941e4fb11596bec1f852735da8b4680ca86ef6f8');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (35, 16, 1, 24322, 2, '\x92db29b50553ced0ac95e50cfb3b571d319a3cc4274f969844cdf364bb657c40adbbb2ca5ef5a53db904d0a00bbd0fcd045515d20aca719c7cc32680403d0448e24af8952d4e1b7552d4452cba22fe6aa0f0cd40600f1ac4df9f3811b568193a4adc68f07dad670a41f3235c1e4cbcf3aab0dabc78923d8f3f8347ab735c210c422b9d8debc04944ea35fef6b7d536bdb233c3a2e3550db39d237b84');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (36, 1, 1, 24322, 1, '\x99f79b5b4e88c7faa2f812cf0537f828a29ac0364d19d6021fd2de61ba649989c0ca8b95b51bfb84a05d0afe1576eca78687ff97df8adc42c24cddc7ba1cfa7274ee1ec7b2a7562bf15f3b7ab2b257bfc5c8c06f144556d3bbd158ec6daba2d79bf67535e320e650d83f070c4bc7688c5bed62126fb370ef85bee487972e0508867ffa6a22b42026665aa0649aa9be7952ad3e89c528782e47a38cee');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (36, 16, 1, 24322, 2, '\x91df05bf351f0e6c4e2dfee669cc6c4f404bccffe3ba29a85b468756fde825779a4415a82a65d6c1d802783c044f023e26ea9ecf86270882e6194388c215bc6412abfeda03fd91315abfc4579cceea0483f1edd3f4a0b343e2dee878150a0be44f2ba966937d5e26b7e63910b4b28dfb14249b872793e607db952924c929e7f057d8cdadeb62f9f638e83ffda2882b42fc7631b9ec391db76dec4f8f');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (37, 1, 1, 24322, 1, '\x87635a693dcf3baee64f7f5bd0c0e2df6ae3e14cf6b122d077b13125b97b99a5e53fbb24e81a8f8e3f0311ec98771f8b457724bffcd43debc9b15b90a075832a2207cee8d7159dd254b306019abaf97d24cb1da11dcd1824cac7aa86fe2e4016ce249700615bcbb451d2e4dc16983001230d38deb3dae658a69f5141301d3524e1e1c84e2e51d6c5ecc7ed97a477e23d2f7c26c849f1cb53c5890f45');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (37, 16, 1, 24322, 2, '\x46dc0f5285d718ba2ff7b914445630a5ad8588b838b3406cfa3df49741182bcb935f6107932826c2d1d88f54c204ceec89647d01b9fc788073c5a1a52bc19cc41c57b523a92b5d35aafcdff1d873ef46848415739e9e2691c646cd65e2d882729f7ca6e88e4cd1a2ec9492eafc005c126cee75dbeddeed82bed7c3f567e416e6f0c4bf05565c71397c5d67a1289fc21c7b5f177f8e8c550fa0f887a9');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (38, 1, 1, 24322, 1, '\x230c6f5866ec9e46aaa6d9abf75827130df0395489e12a4f2f019ad266c0432788f0a20ef0e42ec4e242f963e85b8dd41352fe14e48c06987ed23ef7fe103387ce51417c0e54b8f746070866ef4f58059f3061b82cd91843385a7a07a2fb76ace2c480769baa1dbfc3f543ab9ec74d1eaa3a0e938883237cd4f109ca2086032b159beabcfdc0f8f4ab8f514a82c8d0a95b96d7ab400522c288bf586b');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (38, 16, 1, 24322, 2, '\xd2c46dbbfdda267dac132287a706c0a5be9047419144f2fbf2dfb820f2acf415445c5790c93e334ddf7f0bbcbacb4d10af6c7ea63e4c849c709bcac12170ee82fffab8589817139ba5a9fdf3f9fccb0a4b0ac9edd2885260ac08c18af3e6eb047f416458adc840660de680f62db8eef438e26efb9a9fbdf22ac0645e91a54f548912b551839fa0eaa12745fbe659b2439c14467dc9b86f38ada49d32');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (39, 1, 1, 24322, 1, '\x6e80077e10d486809cd3aa3042c27e9390982070f7a9a1cd3f5a576dfb6a9bfdb26e75ab2ef469bdf72cd4fa458e6dfe5dc52f43ecbc11e770b3e02b471c111ce06185db5ed36801b04c0a9acf2ecfce9d2c1a29be34c1bb21b990bbf53ac59000ef258c5f3da7ea6928deb49283c3c1825f67644ca5dd8dc99642cd49b3e75ed07dfbd00fb5e831d0ed56f882d8fff4b5983ce1f9aec7a308d715e7');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (39, 16, 1, 24322, 2, '\xd6cc4d14094bebda06f62f694aa547d0d7fc8b4654345373a9b8b306c242acfd17bc15c537d59014c645d7235f9236f6f63554dd1e12039044c80e9ccbb12f9083217f4527b6cae07acb3c541f96defea60e230cb639b02a10de977f4da8f8c35b3e63b8cac2dc206dd0bc9a20cb15043f3162ee10f238da4c62cc838a0cfa21586dbe44c7c25f66eecd0b0deb376e0d3b4454ee6ff06a46c6587dd5');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (40, 1, 1, 24322, 1, '\x416352f8b347fe9e38b77a52ab0a0287e7ebc5a0f083aff33a8906f13bf5c7ca0a670a5a21201686d3504fc58df5454e73f5a0b45b678243b605c57be40765f259c31ec67d6cdf185a32c7d8f65aa011cd1c035e38e239172c38add6ae74c5cd81add3f11123ce240bae6246b6dd9ef79461ddd1c0781178aa449be4d2e2f7a47a39099987da8c4f1adf05ef6e26eeb92b6a60957b669d1ade980ab2');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (40, 16, 1, 24322, 2, '\x06a4e3eead02be303339b4f65683da9611115da19c54c43c087647abc723473a82247ffdf554c9651282c9cb5ce067e4e44d0c7f63842dbaa77bc8049faf3e922320bed353e8edd4eb501b30d0bf8eefd77b8e3fd2d16b5e3dca83cf14da2771d7bc45031d098a928710788cf4101422af0dadb453ac884e409e5340b575578d74e876874fa1ab9c8e0e27ae6e1071ddb2134639d631233e5a517ec3');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (41, 1, 1, 24322, 1, '\xd0c65338483abd654ec5a1db6b0f41480e67623356530b3f11801a3c442a1c6cea704409fa1586bd98255ef1c1327967bac074813ce1dc3392b3c7689b62da2f6920a9d4cf0b275e56a8e8f0801c2a1264c61b5204c7da4c4df9e3a87316b4436fa1080a08386f4cb4007febb3be84043c3c525f6889233cf25b748907118d6e9d99a94c9cf0f4619da0b1bc568ab5dd9ece6616372397f4b25abb49');
INSERT INTO public.sealed_1_2026_11 (idx, grp, retention, month, kid, data) VALUES (41, 16, 1, 24322, 2, '\x152b8085e5225e23c8737189e1cd707b392b0ef4d721e92a417f3d52870301988424ba53818d57c398b14b27933d953894f0dfd840ee8c994891d5632792566334fe997b949a3fc9a4aa38cffe276a7777c960d88c3bb746f6e7b966d5904323a5f41cdeb73faccf0731d3324b96e431b3ba32e486f3fa3278090609ce97f081d446230396aad6ee60eac6673910b6d956ee5cbb53ff94beefb05422');
INSERT INTO public.term (id, kind, value) VALUES (1, 1, 'placet.admin.config.change.v1');
INSERT INTO public.term (id, kind, value) VALUES (2, 2, 'zz/audit_log/1');
INSERT INTO public.term (id, kind, value) VALUES (3, 4, 'producer_added');
INSERT INTO public.term (id, kind, value) VALUES (4, 1, 'placet.sys.start.v1');
INSERT INTO public.term (id, kind, value) VALUES (5, 1, 'placet.access.decision.v1');
INSERT INTO public.term (id, kind, value) VALUES (6, 2, 'zz/clearinghouse/1');
INSERT INTO public.term (id, kind, value) VALUES (7, 4, 'permit_valid');
INSERT INTO public.term (id, kind, value) VALUES (8, 3, 'GDI-ZZ-DATASET-1');
INSERT INTO public.term (id, kind, value) VALUES (9, 5, 'DUO:0000006');
INSERT INTO public.tile_edge (level, n, data) VALUES (0, 0, '\x935d9a91f735f918b1c7725b02c5c2032fd6b6b03ddf0358c42bcc4ef66310aed605a0ce0cbd8c0cd567b9e1dfe5b6e54cbf94dfcc5d07748e2f7b892e9d254e3e499b4b72a118b70187de6ef9aec251fdd89dfa4ec7da967e3eff4b1a6f68f3fe6a1823bede97e0a31b1b0c99ce4cad5bbd6fee01920208730cab24db006d261aa5a75d47e368ba44e2639446249340fa578683041b886dcc73955797029a8b1631075904d3ab8ea268706a0ac1a71caa7409209f7be5aacd8d4d9760ab2cd442946e0d20644d7069d3747540b2499239752edc5bd3541d60390dd6722f99943ec86937003c3289cf011ac52040cda78244616572b990f08b9b9ab602c52bed725cc3be216b7426ebd90afa7f21221ae3fb7db3ec5d4cf57f8a65cf7000276e469e0dd44b88189e7e64e12f5fb5c8f449037f44e251ceeed385f0f7938a1860c31a10f99920a2db2032ca23f34d1596c427e630333f9c28c5b3e3f179ef8cd4794a0bee4582288675c2ef2bd7e607193d8756a0dd4ac53c1a5d6331a061f29e26fa269d223d44e7091f7b3ddfda87e0e5637e174b81cd7c40534be458654637a97fd172646585b000162cb19e192a2610a29b6061ccc22ad2ba6e2a29d908ba9a42cb7271eeb205fac1e30ffba090cf9ccd6c11cadeba986a43485b44e4bd732caad0030176ab51b1a01bf195ab025c151504387ff35c95e12325677195d94d8d4d55c50fc260ee9134c7a869778ed7f3307e0f5a1185d350d95cc9dbafac63d88c3f82c7dae08215c96310de3ae85279c27875ed5c1bfc1c7f7e61009b5ae9d0cb3a01863d2dfe8842ecb13183a271263a408df56032321c32bb4a07e83e895fff5cd7f17b576d798339488cc1163c678db22b9123116ddfa24d3698923cdf2d7e1943fe1db0870cb579cb071e9b8a946427373a09a12cb0efff80a68d1e5ee8d9a381540af6b7888977c42c5cb05790701cd1dd2d8b820cfab94ebe0395fe73598dd6fc385c0957527f6a9800162ebdc5ce15f3327bd90445f9629fbc313cb6aefb6e44d877853620bc89bd7d5fffd8b475cf72c2b4201248d8b5511d02f1f391f95680748934f1860e3bc27513312c744be9af87ac47b1588acc357ef987317eec85cca850cced984d4d6819dfcee731a8f7710a05d01541c6ecaebde9ce109d439de43eaf6e5c15786ce6dd8ca24f3f166af08768d64d2131f294ba6fbc53388a0052d85a369d14f8f82256f50112a1eec6ab6f708548d64da033a70cae43c6c26aae2148311158701497503171cb4f0df779785ac212e8cde357130f51bc5bf4bf986769d2e429b75f694acbc0d7199fb095e44a63bbf9075d599aa38bdd42956942c8f5743ca4b1f02a3217db0c77b2636b576279dcb1776d4bda63f05df140075c8123f8e348f66591c448f4df9d1ff447858da016222cf6b897b21c07a8f7d57fad36ea09e0c6548063d40f352634ce313de213d38946b1120c41a02e24657fc97086c6a96b34d82b5802933884117b28bf556ab5acefa523ccdd373034da3f1809d606798a4e500d5eab71aa76f97c7e146c976411bc85df66ba9fbf5c2bdb9e397d84beac83791cd0c661019ee04ee6bcdf2cc8e5cc1727e36d99e6cc3bf60dd059989fe52f41e2a9bd9c3afdf9f9c8618f912755eba9c31540b43da2ea933e49ad4f0bf4c328ed213d59c9389b69bb57d38065fbf05b97c6061bb906dbafe063e47976d6542cb91360dc39e2c9018945cfdb3ee102fe5d1349f8a1f39fe6459e0ee2af56c9f5ffc524b7886e990a0156662883fd0ff60406f6a34cdf0f8216d1528bfaf00812efdbfd9e05fcfdd328518cbb10d3d1103cb1ccfbd3aa2598e0494cab5cdbbba23df7c775a08162eb28b82f0ed1c20c6b72d7d375e1cb34d0ad80829a946f5dbc89115da5af44e46bc1e0a85e5f08f01ed326f67e0f7942471830828870cf95f0a9c6e34a4a6310ac75bb0c4ebda4ee8deed9de3a0a117445645406d32caee26a96d0addd335b5bb61b4974f59059a78a8320e3cb');
SELECT pg_catalog.setval('public.dek_kid', 3, true);
SELECT pg_catalog.setval('public.finding_id_seq', 1, false);
SELECT pg_catalog.setval('public.intake_id_seq', 45, true);
SELECT pg_catalog.setval('public.quarantine_id_seq', 1, false);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.ev_1_2026_11
    ADD CONSTRAINT ev_1_2026_11_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_1_2026_12
    ADD CONSTRAINT ev_1_2026_12_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_1_2027_01
    ADD CONSTRAINT ev_1_2027_01_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_1_default
    ADD CONSTRAINT ev_1_default_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_2_2026_11
    ADD CONSTRAINT ev_2_2026_11_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_2_2026_12
    ADD CONSTRAINT ev_2_2026_12_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_2_2027_01
    ADD CONSTRAINT ev_2_2027_01_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_2_default
    ADD CONSTRAINT ev_2_default_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_3_2026_11
    ADD CONSTRAINT ev_3_2026_11_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_3_2026_12
    ADD CONSTRAINT ev_3_2026_12_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_3_2027_01
    ADD CONSTRAINT ev_3_2027_01_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_3_default
    ADD CONSTRAINT ev_3_default_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_4_2026_11
    ADD CONSTRAINT ev_4_2026_11_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_4_2026_12
    ADD CONSTRAINT ev_4_2026_12_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_4_2027_01
    ADD CONSTRAINT ev_4_2027_01_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.ev_4_default
    ADD CONSTRAINT ev_4_default_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.held_ev
    ADD CONSTRAINT held_ev_pkey PRIMARY KEY (idx);
ALTER TABLE ONLY public.held_sealed
    ADD CONSTRAINT held_sealed_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.bundle
    ADD CONSTRAINT pk_bundle PRIMARY KEY (n);
ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT pk_checkpoint PRIMARY KEY (size);
ALTER TABLE ONLY public.dek
    ADD CONSTRAINT pk_dek PRIMARY KEY (kid);
ALTER TABLE ONLY public.dropped
    ADD CONSTRAINT pk_dropped PRIMARY KEY (id);
ALTER TABLE ONLY public.edge_entry
    ADD CONSTRAINT pk_edge_entry PRIMARY KEY (idx);
ALTER TABLE ONLY public.ended_session
    ADD CONSTRAINT pk_ended_session PRIMARY KEY (digest);
ALTER TABLE ONLY public.erased_part
    ADD CONSTRAINT pk_erased_part PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT pk_erasure PRIMARY KEY (id);
ALTER TABLE ONLY public.erasure_waiting
    ADD CONSTRAINT pk_erasure_waiting PRIMARY KEY (id);
ALTER TABLE ONLY public.ev_person
    ADD CONSTRAINT pk_ev_person PRIMARY KEY (dataset, ordinal, idx);
ALTER TABLE ONLY public.export
    ADD CONSTRAINT pk_export PRIMARY KEY (id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT pk_finding PRIMARY KEY (id);
ALTER TABLE ONLY public.fork_evidence
    ADD CONSTRAINT pk_fork_evidence PRIMARY KEY (digest);
ALTER TABLE ONLY public.gap
    ADD CONSTRAINT pk_gap PRIMARY KEY (src, epoch, first_seq);
ALTER TABLE ONLY public.hold
    ADD CONSTRAINT pk_hold PRIMARY KEY (id);
ALTER TABLE ONLY public.intake
    ADD CONSTRAINT pk_intake PRIMARY KEY (id);
ALTER TABLE ONLY public.kafka_offset
    ADD CONSTRAINT pk_kafka_offset PRIMARY KEY (topic, part);
ALTER TABLE ONLY public.log_signing
    ADD CONSTRAINT pk_log_signing PRIMARY KEY (log_id);
ALTER TABLE ONLY public.log_state
    ADD CONSTRAINT pk_log_state PRIMARY KEY (log_id);
ALTER TABLE ONLY public.own_head
    ADD CONSTRAINT pk_own_head PRIMARY KEY (src);
ALTER TABLE ONLY public.producer
    ADD CONSTRAINT pk_producer PRIMARY KEY (src);
ALTER TABLE ONLY public.producer_run
    ADD CONSTRAINT pk_producer_run PRIMARY KEY (src, epoch, first_seq);
ALTER TABLE ONLY public.producer_state
    ADD CONSTRAINT pk_producer_state PRIMARY KEY (src, epoch);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT pk_quarantine PRIMARY KEY (id);
ALTER TABLE ONLY public.row_hash
    ADD CONSTRAINT pk_row_hash PRIMARY KEY (tbl, key);
ALTER TABLE ONLY public.rule_cursor
    ADD CONSTRAINT pk_rule_cursor PRIMARY KEY (name);
ALTER TABLE ONLY public.rule_memory
    ADD CONSTRAINT pk_rule_memory PRIMARY KEY (kind, key);
ALTER TABLE ONLY public.term
    ADD CONSTRAINT pk_term PRIMARY KEY (id);
ALTER TABLE ONLY public.tile
    ADD CONSTRAINT pk_tile PRIMARY KEY (level, n);
ALTER TABLE ONLY public.tile_edge
    ADD CONSTRAINT pk_tile_edge PRIMARY KEY (level);
ALTER TABLE ONLY public.topic_copy
    ADD CONSTRAINT pk_topic_copy PRIMARY KEY (topic);
ALTER TABLE ONLY public.witness_log
    ADD CONSTRAINT pk_witness_log PRIMARY KEY (vkey);
ALTER TABLE ONLY public.witness_state
    ADD CONSTRAINT pk_witness_state PRIMARY KEY (origin);
ALTER TABLE ONLY public.sealed_1_2026_11
    ADD CONSTRAINT sealed_1_2026_11_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_1_2026_12
    ADD CONSTRAINT sealed_1_2026_12_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_1_2027_01
    ADD CONSTRAINT sealed_1_2027_01_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_1_default
    ADD CONSTRAINT sealed_1_default_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_2_2026_11
    ADD CONSTRAINT sealed_2_2026_11_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_2_2026_12
    ADD CONSTRAINT sealed_2_2026_12_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_2_2027_01
    ADD CONSTRAINT sealed_2_2027_01_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_2_default
    ADD CONSTRAINT sealed_2_default_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_3_2026_11
    ADD CONSTRAINT sealed_3_2026_11_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_3_2026_12
    ADD CONSTRAINT sealed_3_2026_12_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_3_2027_01
    ADD CONSTRAINT sealed_3_2027_01_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_3_default
    ADD CONSTRAINT sealed_3_default_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_4_2026_11
    ADD CONSTRAINT sealed_4_2026_11_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_4_2026_12
    ADD CONSTRAINT sealed_4_2026_12_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_4_2027_01
    ADD CONSTRAINT sealed_4_2027_01_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.sealed_4_default
    ADD CONSTRAINT sealed_4_default_pkey PRIMARY KEY (idx, grp);
ALTER TABLE ONLY public.dek
    ADD CONSTRAINT uq_dek_subject UNIQUE (subject);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT uq_finding_cause UNIQUE (cause);
ALTER TABLE ONLY public.producer
    ADD CONSTRAINT uq_producer_client_id UNIQUE (client_id);
ALTER TABLE ONLY public.term
    ADD CONSTRAINT uq_term_kind_value UNIQUE (kind, value);
ALTER TABLE ONLY public.witness_state
    ADD CONSTRAINT uq_witness_state_digest UNIQUE (digest);
CREATE INDEX ix_ev_actor_idx ON ONLY public.ev USING btree (actor, idx);
CREATE INDEX ev_1_actor_idx_idx ON ONLY public.ev_1 USING btree (actor, idx);
CREATE INDEX ev_1_2026_11_actor_idx_idx ON public.ev_1_2026_11 USING btree (actor, idx);
CREATE INDEX ix_ev_dataset_idx ON ONLY public.ev USING btree (dataset, idx);
CREATE INDEX ev_1_dataset_idx_idx ON ONLY public.ev_1 USING btree (dataset, idx);
CREATE INDEX ev_1_2026_11_dataset_idx_idx ON public.ev_1_2026_11 USING btree (dataset, idx);
CREATE INDEX ev_1_2026_12_actor_idx_idx ON public.ev_1_2026_12 USING btree (actor, idx);
CREATE INDEX ev_1_2026_12_dataset_idx_idx ON public.ev_1_2026_12 USING btree (dataset, idx);
CREATE INDEX ev_1_2027_01_actor_idx_idx ON public.ev_1_2027_01 USING btree (actor, idx);
CREATE INDEX ev_1_2027_01_dataset_idx_idx ON public.ev_1_2027_01 USING btree (dataset, idx);
CREATE INDEX ev_1_default_actor_idx_idx ON public.ev_1_default USING btree (actor, idx);
CREATE INDEX ev_1_default_dataset_idx_idx ON public.ev_1_default USING btree (dataset, idx);
CREATE INDEX ev_2_actor_idx_idx ON ONLY public.ev_2 USING btree (actor, idx);
CREATE INDEX ev_2_2026_11_actor_idx_idx ON public.ev_2_2026_11 USING btree (actor, idx);
CREATE INDEX ev_2_dataset_idx_idx ON ONLY public.ev_2 USING btree (dataset, idx);
CREATE INDEX ev_2_2026_11_dataset_idx_idx ON public.ev_2_2026_11 USING btree (dataset, idx);
CREATE INDEX ev_2_2026_12_actor_idx_idx ON public.ev_2_2026_12 USING btree (actor, idx);
CREATE INDEX ev_2_2026_12_dataset_idx_idx ON public.ev_2_2026_12 USING btree (dataset, idx);
CREATE INDEX ev_2_2027_01_actor_idx_idx ON public.ev_2_2027_01 USING btree (actor, idx);
CREATE INDEX ev_2_2027_01_dataset_idx_idx ON public.ev_2_2027_01 USING btree (dataset, idx);
CREATE INDEX ev_2_default_actor_idx_idx ON public.ev_2_default USING btree (actor, idx);
CREATE INDEX ev_2_default_dataset_idx_idx ON public.ev_2_default USING btree (dataset, idx);
CREATE INDEX ev_3_actor_idx_idx ON ONLY public.ev_3 USING btree (actor, idx);
CREATE INDEX ev_3_2026_11_actor_idx_idx ON public.ev_3_2026_11 USING btree (actor, idx);
CREATE INDEX ev_3_dataset_idx_idx ON ONLY public.ev_3 USING btree (dataset, idx);
CREATE INDEX ev_3_2026_11_dataset_idx_idx ON public.ev_3_2026_11 USING btree (dataset, idx);
CREATE INDEX ev_3_2026_12_actor_idx_idx ON public.ev_3_2026_12 USING btree (actor, idx);
CREATE INDEX ev_3_2026_12_dataset_idx_idx ON public.ev_3_2026_12 USING btree (dataset, idx);
CREATE INDEX ev_3_2027_01_actor_idx_idx ON public.ev_3_2027_01 USING btree (actor, idx);
CREATE INDEX ev_3_2027_01_dataset_idx_idx ON public.ev_3_2027_01 USING btree (dataset, idx);
CREATE INDEX ev_3_default_actor_idx_idx ON public.ev_3_default USING btree (actor, idx);
CREATE INDEX ev_3_default_dataset_idx_idx ON public.ev_3_default USING btree (dataset, idx);
CREATE INDEX ev_4_actor_idx_idx ON ONLY public.ev_4 USING btree (actor, idx);
CREATE INDEX ev_4_2026_11_actor_idx_idx ON public.ev_4_2026_11 USING btree (actor, idx);
CREATE INDEX ev_4_dataset_idx_idx ON ONLY public.ev_4 USING btree (dataset, idx);
CREATE INDEX ev_4_2026_11_dataset_idx_idx ON public.ev_4_2026_11 USING btree (dataset, idx);
CREATE INDEX ev_4_2026_12_actor_idx_idx ON public.ev_4_2026_12 USING btree (actor, idx);
CREATE INDEX ev_4_2026_12_dataset_idx_idx ON public.ev_4_2026_12 USING btree (dataset, idx);
CREATE INDEX ev_4_2027_01_actor_idx_idx ON public.ev_4_2027_01 USING btree (actor, idx);
CREATE INDEX ev_4_2027_01_dataset_idx_idx ON public.ev_4_2027_01 USING btree (dataset, idx);
CREATE INDEX ev_4_default_actor_idx_idx ON public.ev_4_default USING btree (actor, idx);
CREATE INDEX ev_4_default_dataset_idx_idx ON public.ev_4_default USING btree (dataset, idx);
CREATE INDEX held_ev_actor_idx_idx ON public.held_ev USING btree (actor, idx);
CREATE INDEX held_ev_dataset_idx_idx ON public.held_ev USING btree (dataset, idx);
CREATE INDEX ix_checkpoint_witnessed ON public.checkpoint USING btree (size) WHERE (witnessed_at IS NOT NULL);
CREATE INDEX ix_dropped_class_first_idx ON public.dropped USING btree (class, first_idx);
CREATE INDEX ix_export_state_id ON public.export USING btree (state, id);
CREATE INDEX ix_quarantine_src_epoch_seq ON public.quarantine USING btree (src, epoch, seq);
CREATE INDEX ix_row_hash_unsaid ON public.row_hash USING btree (tbl, key) WHERE (logged AND (said IS DISTINCT FROM digest));
ALTER INDEX public.ev_1_actor_idx_idx ATTACH PARTITION public.ev_1_2026_11_actor_idx_idx;
ALTER INDEX public.ev_1_dataset_idx_idx ATTACH PARTITION public.ev_1_2026_11_dataset_idx_idx;
ALTER INDEX public.ev_1_actor_idx_idx ATTACH PARTITION public.ev_1_2026_12_actor_idx_idx;
ALTER INDEX public.ev_1_dataset_idx_idx ATTACH PARTITION public.ev_1_2026_12_dataset_idx_idx;
ALTER INDEX public.ev_1_actor_idx_idx ATTACH PARTITION public.ev_1_2027_01_actor_idx_idx;
ALTER INDEX public.ev_1_dataset_idx_idx ATTACH PARTITION public.ev_1_2027_01_dataset_idx_idx;
ALTER INDEX public.ix_ev_actor_idx ATTACH PARTITION public.ev_1_actor_idx_idx;
ALTER INDEX public.ix_ev_dataset_idx ATTACH PARTITION public.ev_1_dataset_idx_idx;
ALTER INDEX public.ev_1_actor_idx_idx ATTACH PARTITION public.ev_1_default_actor_idx_idx;
ALTER INDEX public.ev_1_dataset_idx_idx ATTACH PARTITION public.ev_1_default_dataset_idx_idx;
ALTER INDEX public.ev_2_actor_idx_idx ATTACH PARTITION public.ev_2_2026_11_actor_idx_idx;
ALTER INDEX public.ev_2_dataset_idx_idx ATTACH PARTITION public.ev_2_2026_11_dataset_idx_idx;
ALTER INDEX public.ev_2_actor_idx_idx ATTACH PARTITION public.ev_2_2026_12_actor_idx_idx;
ALTER INDEX public.ev_2_dataset_idx_idx ATTACH PARTITION public.ev_2_2026_12_dataset_idx_idx;
ALTER INDEX public.ev_2_actor_idx_idx ATTACH PARTITION public.ev_2_2027_01_actor_idx_idx;
ALTER INDEX public.ev_2_dataset_idx_idx ATTACH PARTITION public.ev_2_2027_01_dataset_idx_idx;
ALTER INDEX public.ix_ev_actor_idx ATTACH PARTITION public.ev_2_actor_idx_idx;
ALTER INDEX public.ix_ev_dataset_idx ATTACH PARTITION public.ev_2_dataset_idx_idx;
ALTER INDEX public.ev_2_actor_idx_idx ATTACH PARTITION public.ev_2_default_actor_idx_idx;
ALTER INDEX public.ev_2_dataset_idx_idx ATTACH PARTITION public.ev_2_default_dataset_idx_idx;
ALTER INDEX public.ev_3_actor_idx_idx ATTACH PARTITION public.ev_3_2026_11_actor_idx_idx;
ALTER INDEX public.ev_3_dataset_idx_idx ATTACH PARTITION public.ev_3_2026_11_dataset_idx_idx;
ALTER INDEX public.ev_3_actor_idx_idx ATTACH PARTITION public.ev_3_2026_12_actor_idx_idx;
ALTER INDEX public.ev_3_dataset_idx_idx ATTACH PARTITION public.ev_3_2026_12_dataset_idx_idx;
ALTER INDEX public.ev_3_actor_idx_idx ATTACH PARTITION public.ev_3_2027_01_actor_idx_idx;
ALTER INDEX public.ev_3_dataset_idx_idx ATTACH PARTITION public.ev_3_2027_01_dataset_idx_idx;
ALTER INDEX public.ix_ev_actor_idx ATTACH PARTITION public.ev_3_actor_idx_idx;
ALTER INDEX public.ix_ev_dataset_idx ATTACH PARTITION public.ev_3_dataset_idx_idx;
ALTER INDEX public.ev_3_actor_idx_idx ATTACH PARTITION public.ev_3_default_actor_idx_idx;
ALTER INDEX public.ev_3_dataset_idx_idx ATTACH PARTITION public.ev_3_default_dataset_idx_idx;
ALTER INDEX public.ev_4_actor_idx_idx ATTACH PARTITION public.ev_4_2026_11_actor_idx_idx;
ALTER INDEX public.ev_4_dataset_idx_idx ATTACH PARTITION public.ev_4_2026_11_dataset_idx_idx;
ALTER INDEX public.ev_4_actor_idx_idx ATTACH PARTITION public.ev_4_2026_12_actor_idx_idx;
ALTER INDEX public.ev_4_dataset_idx_idx ATTACH PARTITION public.ev_4_2026_12_dataset_idx_idx;
ALTER INDEX public.ev_4_actor_idx_idx ATTACH PARTITION public.ev_4_2027_01_actor_idx_idx;
ALTER INDEX public.ev_4_dataset_idx_idx ATTACH PARTITION public.ev_4_2027_01_dataset_idx_idx;
ALTER INDEX public.ix_ev_actor_idx ATTACH PARTITION public.ev_4_actor_idx_idx;
ALTER INDEX public.ix_ev_dataset_idx ATTACH PARTITION public.ev_4_dataset_idx_idx;
ALTER INDEX public.ev_4_actor_idx_idx ATTACH PARTITION public.ev_4_default_actor_idx_idx;
ALTER INDEX public.ev_4_dataset_idx_idx ATTACH PARTITION public.ev_4_default_dataset_idx_idx;
ALTER INDEX public.ix_ev_actor_idx ATTACH PARTITION public.held_ev_actor_idx_idx;
ALTER INDEX public.ix_ev_dataset_idx ATTACH PARTITION public.held_ev_dataset_idx_idx;
CREATE TRIGGER guard_delete BEFORE DELETE ON public.bundle FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.checkpoint FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.dek FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.dropped FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.edge_entry FOR EACH ROW EXECUTE FUNCTION public.log_guard_edge_entry();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.erased_part FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.erasure FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.erasure_waiting FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.ev FOR EACH ROW EXECUTE FUNCTION public.log_guard_leaving('kept');
CREATE TRIGGER guard_delete BEFORE DELETE ON public.ev_person FOR EACH ROW EXECUTE FUNCTION public.log_guard_person();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.finding FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.fork_evidence FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.hold FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.kafka_offset FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.log_state FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.producer_run FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.producer_state FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.quarantine FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.sealed FOR EACH ROW EXECUTE FUNCTION public.log_guard_leaving('erased');
CREATE TRIGGER guard_delete BEFORE DELETE ON public.term FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.tile FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.tile_edge FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON public.witness_state FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.bundle FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.dek FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.dropped FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.edge_entry FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.erased_part FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.erasure FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.erasure_waiting FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_1 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_1_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_1_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_1_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_1_default FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_2 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_2_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_2_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_2_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_2_default FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_3 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_3_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_3_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_3_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_3_default FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_4 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_4_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_4_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_4_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_4_default FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.ev_person FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.finding FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.fork_evidence FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.held_ev FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.held_sealed FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.hold FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.kafka_offset FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.log_state FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.producer_run FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.producer_state FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.quarantine FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.row_hash FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_1 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_1_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_1_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_1_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_1_default FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_2 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_2_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_2_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_2_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_2_default FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_3 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_3_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_3_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_3_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_3_default FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_4 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_4_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_4_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_4_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.sealed_4_default FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.term FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.tile FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.tile_edge FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON public.witness_state FOR EACH STATEMENT EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.bundle FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.checkpoint FOR EACH ROW EXECUTE FUNCTION public.log_guard_checkpoint();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.dek FOR EACH ROW EXECUTE FUNCTION public.log_guard_dek();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.dropped FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.edge_entry FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.erased_part FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.erasure FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.erasure_waiting FOR EACH ROW EXECUTE FUNCTION public.log_guard_waiting();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.ev FOR EACH ROW EXECUTE FUNCTION public.log_guard_ev();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.ev_person FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.finding FOR EACH ROW EXECUTE FUNCTION public.log_guard_finding();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.fork_evidence FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.hold FOR EACH ROW EXECUTE FUNCTION public.log_guard_hold();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.kafka_offset FOR EACH ROW EXECUTE FUNCTION public.log_guard_kafka_offset();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.log_state FOR EACH ROW EXECUTE FUNCTION public.log_guard_state();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.producer_run FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.producer_state FOR EACH ROW EXECUTE FUNCTION public.log_guard_producer_state();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.quarantine FOR EACH ROW EXECUTE FUNCTION public.log_guard_quarantine();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.rule_cursor FOR EACH ROW EXECUTE FUNCTION public.log_guard_rule_cursor();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.sealed FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.term FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.tile FOR EACH ROW EXECUTE FUNCTION public.log_refuse();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.tile_edge FOR EACH ROW EXECUTE FUNCTION public.log_guard_tile_edge();
CREATE TRIGGER guard_update BEFORE UPDATE ON public.witness_state FOR EACH ROW EXECUTE FUNCTION public.log_guard_witness_state();
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.checkpoint FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'size');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.dropped FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'id');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.ended_session FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'digest');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.erasure FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'id');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.erasure_waiting FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'id');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.export FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'id');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.finding FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'id');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.fork_evidence FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'digest');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.hold FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'id');
CREATE TRIGGER hash_row BEFORE INSERT ON public.intake FOR EACH ROW EXECUTE FUNCTION public.log_hash_intake();
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.kafka_offset FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'topic', 'part');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.log_signing FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'log_id');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.log_state FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'log_id');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.own_head FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'src');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.producer FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'src');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.producer_state FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'src', 'epoch');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.quarantine FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'id');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.rule_cursor FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'name');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.rule_memory FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'kind', 'key');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.topic_copy FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'topic');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.witness_log FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('logged', 'vkey');
CREATE TRIGGER hash_row AFTER INSERT OR DELETE OR UPDATE ON public.witness_state FOR EACH ROW EXECUTE FUNCTION public.log_hash_row('kept', 'origin');
