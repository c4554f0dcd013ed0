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
CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.bar (
    dataset text NOT NULL,
    ordinal bigint NOT NULL,
    cause text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    pending boolean NOT NULL
);
CREATE TABLE public.catalogue_entry (
    dataset text NOT NULL,
    people bigint,
    terms jsonb NOT NULL,
    published_at timestamp with time zone NOT NULL
);
CREATE TABLE public.cohort (
    cohort_id uuid NOT NULL,
    dataset text NOT NULL,
    application_id text NOT NULL,
    purpose jsonb NOT NULL,
    revision bigint NOT NULL,
    frozen_at timestamp with time zone NOT NULL,
    void_at timestamp with time zone NOT NULL,
    counts jsonb NOT NULL,
    reasons jsonb NOT NULL,
    salt bytea NOT NULL,
    digest text NOT NULL,
    bitmap bytea NOT NULL,
    manifest text NOT NULL,
    permit_id text,
    bound_at timestamp with time zone,
    bound_revision bigint,
    lapses jsonb,
    CONSTRAINT ck_cohort_bound CHECK (((permit_id IS NULL) = (bound_at IS NULL)))
);
CREATE TABLE public.cohort_narrowed (
    cohort_id uuid NOT NULL,
    ordinal bigint NOT NULL,
    revision bigint NOT NULL,
    cause text NOT NULL,
    left_at timestamp with time zone NOT NULL
);
CREATE TABLE public.consent_event (
    event_id uuid NOT NULL,
    pid uuid NOT NULL,
    dataset text NOT NULL,
    ordinal bigint NOT NULL,
    revision bigint NOT NULL,
    kind text NOT NULL,
    expressed_at timestamp with time zone NOT NULL,
    effective_from timestamp with time zone NOT NULL,
    effective_to timestamp with time zone,
    recorded_at timestamp with time zone NOT NULL,
    channel text NOT NULL,
    form_version text NOT NULL,
    file_sha256 bytea,
    line bigint,
    mapping integer,
    withdrawal_id uuid,
    sealed bytea NOT NULL,
    commitment bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE public.consent_form (
    sha256 bytea NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    document bytea NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
CREATE TABLE public.consent_form_step (
    sha256 bytea NOT NULL,
    step text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    signature text NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
CREATE TABLE public.consent_terms (
    terms_id bigint NOT NULL,
    sha256 bytea NOT NULL,
    body jsonb NOT NULL
);
ALTER TABLE public.consent_terms ALTER COLUMN terms_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.consent_terms_terms_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.dataset (
    dataset text NOT NULL,
    title text NOT NULL,
    controller text NOT NULL,
    country text NOT NULL,
    legal_regime text NOT NULL,
    revision bigint NOT NULL,
    members bigint NOT NULL,
    table_version bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    consent_role text DEFAULT 'legal_basis'::text NOT NULL,
    form text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.dataset_member (
    dataset text NOT NULL,
    ordinal bigint NOT NULL,
    pid uuid NOT NULL,
    local_id text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_dataset_member_ordinal CHECK ((ordinal >= 0))
);
CREATE TABLE public.ended_session (
    digest text NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.feed_change (
    last_position bigint NOT NULL,
    first_position bigint NOT NULL,
    dataset text NOT NULL,
    revision bigint NOT NULL,
    kind text NOT NULL,
    items jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.heartbeat (
    register text NOT NULL,
    revision bigint NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    jws text NOT NULL
);
CREATE TABLE public.import_bad (
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    participant text NOT NULL,
    dataset text NOT NULL
);
CREATE TABLE public.import_batch (
    import_id uuid NOT NULL,
    source text NOT NULL,
    mode text NOT NULL,
    dry_run boolean NOT NULL,
    mapping integer NOT NULL,
    file_sha256 bytea NOT NULL,
    state text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    rows bigint NOT NULL,
    bad bigint NOT NULL,
    applied bigint NOT NULL,
    repeated bigint NOT NULL,
    done_line bigint NOT NULL,
    actor jsonb NOT NULL,
    failure text NOT NULL,
    format text DEFAULT 'csv'::text NOT NULL
);
CREATE TABLE public.import_cancel (
    import_id uuid NOT NULL,
    actor jsonb NOT NULL,
    wished_at timestamp with time zone NOT NULL
);
CREATE TABLE public.import_chunk (
    import_id uuid NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL
);
CREATE TABLE public.import_fault (
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    number smallint NOT NULL,
    column_name text NOT NULL,
    code text NOT NULL,
    hint text NOT NULL
);
CREATE TABLE public.import_progress (
    import_id uuid NOT NULL,
    rows_read bigint NOT NULL
);
CREATE TABLE public.import_row (
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    first_line bigint NOT NULL,
    participant text NOT NULL,
    dataset text NOT NULL,
    local_id text NOT NULL,
    alternative smallint NOT NULL,
    alternative_text text NOT NULL,
    kind text NOT NULL,
    expressed_at timestamp with time zone NOT NULL,
    effective_from timestamp with time zone NOT NULL,
    effective_to timestamp with time zone,
    form_version text NOT NULL
);
CREATE TABLE public.listed_approval (
    approval_id uuid NOT NULL,
    widening text NOT NULL,
    pid uuid NOT NULL,
    dataset text NOT NULL,
    dated timestamp with time zone NOT NULL,
    evidence text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    listed_at timestamp with time zone NOT NULL,
    used boolean NOT NULL
);
CREATE TABLE public.mondo_activation (
    number bigint NOT NULL,
    sha256 bytea NOT NULL,
    activated_at timestamp with time zone NOT NULL
);
ALTER TABLE public.mondo_activation ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.mondo_activation_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mondo_release (
    sha256 bytea NOT NULL,
    version text NOT NULL,
    terms integer NOT NULL,
    document bytea NOT NULL,
    loaded_at timestamp with time zone NOT NULL
);
CREATE TABLE public.node_acknowledgement (
    node text NOT NULL,
    dataset text NOT NULL,
    revision bigint NOT NULL,
    acknowledged_at timestamp with time zone NOT NULL
);
CREATE TABLE public.opt_out_event (
    number bigint NOT NULL,
    optout_id uuid NOT NULL,
    pid uuid NOT NULL,
    kind text NOT NULL,
    about text NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    channel text NOT NULL,
    salt bytea NOT NULL
);
CREATE TABLE public.opt_out_person (
    pid uuid NOT NULL,
    ordinal bigint NOT NULL
);
CREATE TABLE public.opt_out_reach (
    number bigint NOT NULL,
    dataset text NOT NULL,
    ordinal bigint NOT NULL,
    revision bigint NOT NULL
);
CREATE TABLE public.opt_out_register (
    name text NOT NULL,
    number bigint NOT NULL,
    people bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    edge bytea NOT NULL
);
CREATE TABLE public.outbox (
    id bigint NOT NULL,
    kind text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    headers jsonb NOT NULL,
    value bytea NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_outbox_kind CHECK ((kind = ANY (ARRAY['entry'::text, 'message'::text])))
);
CREATE TABLE public.outbox_head (
    src text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    head bytea NOT NULL,
    "position" bigint NOT NULL
);
ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.participant (
    pid uuid NOT NULL,
    pseudonym text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.participant_link (
    issuer text NOT NULL,
    subject text NOT NULL,
    pid uuid NOT NULL,
    linked_at timestamp with time zone NOT NULL
);
CREATE TABLE public.person_event (
    event_id uuid NOT NULL,
    pid uuid NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    matter uuid NOT NULL,
    about uuid,
    effective_from timestamp with time zone NOT NULL,
    effective_to timestamp with time zone,
    recorded_at timestamp with time zone NOT NULL,
    channel text NOT NULL,
    sealed bytea NOT NULL,
    commitment bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE public.person_key (
    pid uuid NOT NULL,
    wrapped bytea NOT NULL
);
CREATE TABLE public.person_reach (
    dataset text NOT NULL,
    revision bigint NOT NULL,
    ordinal bigint NOT NULL
);
CREATE TABLE public.stand_in (
    number bigint NOT NULL,
    dataset text NOT NULL,
    size bigint NOT NULL,
    reach bigint NOT NULL,
    people bytea NOT NULL
);
ALTER TABLE public.stand_in ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.stand_in_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.standing (
    dataset text NOT NULL,
    ordinal bigint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    state text NOT NULL,
    terms_id bigint,
    event_id uuid NOT NULL,
    pending boolean NOT NULL
);
CREATE TABLE public.unreadable_consent (
    kind text NOT NULL,
    reference text NOT NULL,
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    reported boolean DEFAULT false NOT NULL
);
CREATE TABLE public.withdrawal (
    withdrawal_id uuid NOT NULL,
    pid uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    revisions jsonb NOT NULL,
    idempotency_key text,
    request_sha256 bytea NOT NULL,
    everywhere boolean DEFAULT true NOT NULL
);
INSERT INTO public.alembic_version (version_num) VALUES ('0012');
INSERT INTO public.bar (dataset, ordinal, cause, starts_at, ends_at, pending) VALUES ('GDI-ZZ-DATASET-1', 4, 'dead_unsaid', '2026-11-21 08:25:00.123456+00', NULL, false);
INSERT INTO public.cohort (cohort_id, dataset, application_id, purpose, revision, frozen_at, void_at, counts, reasons, salt, digest, bitmap, manifest, permit_id, bound_at, bound_revision, lapses) VALUES ('01a22949-530f-762b-9215-a62f36e38507', 'GDI-ZZ-DATASET-1', 'A-1', '{"users": ["rita"], "months": 12, "accepts": ["COL", "MOR", "PUB", "RTN"], "methods": false, "project": "P-1", "ancestry": false, "category": "HMB", "clinical": false, "diseases": [], "evidence": ["COL", "IRB"], "countries": ["FI"], "commercial": false, "ehds_purpose": null, "genetic_data": true, "organisation": {"id": "https://ror.org/00aaaaa00", "not_for_profit": true}, "prohibited_uses": []}', 2, '2026-11-22 06:25:00.123457+00', '2026-11-22 06:26:00.123457+00', '{"in": 12, "out": 0, "members": 12, "awaiting": 0}', '{}', '\x642931aa9f9e55a57e36fc11d26e74bfbfbcf26cd2814d8f82c57233f58fb754', 'PGZFNIpRDKl9T0oxSx5o4z1Q1oXgLpKk109E0OYO+Go=', '\x3b3000000100000b00010000000b00', 'eyJhbGciOiJFUzI1NiIsImtpZCI6InNmYkJvMFhPbFctOVNDZkxmWllQV1ctaTNtR2VPbkF4WG5QQU9pQTNTdDQiLCJ0eXAiOiJwbGFjZXQtbWFuaWZlc3Qrand0In0.eyJhcHBsaWNhdGlvbl9pZCI6IkEtMSIsImF3YWl0aW5nX2J5X2NsYXVzZSI6e30sImJpbmRzIjpbImNvbnNlbnQiLCJkdW8iLCJxdWFsaXR5Il0sImNvaG9ydF9pZCI6IjAxYTIyOTQ5LTUzMGYtNzYyYi05MjE1LWE2MmYzNmUzODUwNyIsImNvbnNlbnRfcm9sZSI6ImxlZ2FsX2Jhc2lzIiwiY291bnRzIjp7Im1lbWJlcnMiOjEyfSwiZGF0YXNldCI6IkdESS1aWi1EQVRBU0VULTEiLCJkaWdlc3QiOiJQR1pGTklwUkRLbDlUMG94U3g1bzR6MVExb1hnTHBLazEwOUUwT1lPK0dvPSIsImVmZmVjdGl2ZV9hdCI6IjIwMjYtMTEtMjJUMDY6MjU6MDAuMTIzNDU3WiIsImV4cGlyZXNfYXQiOiIyMDI2LTExLTIzVDA2OjI1OjAwLjEyMzQ1N1oiLCJpc3MiOiJodHRwczovL2NvbnNlbnQudGVzdCIsImtub3duX2F0IjoiMjAyNi0xMS0yMlQwNjoyNTowMC4xMjM0NTdaIiwib3B0X291dHMiOnsicmVnaXN0ZXIiOiJHREktWlotUEVSU09OLTEiLCJyZXZpc2lvbiI6MCwicm9vdCI6ImUzYjBjNDQyOThmYzFjMTQ5YWZiZjRjODk5NmZiOTI0MjdhZTQxZTQ2NDliOTM0Y2E0OTU5OTFiNzg1MmI4NTUifSwicHVycG9zZSI6eyJhY2NlcHRzIjpbIkNPTCIsIk1PUiIsIlBVQiIsIlJUTiJdLCJhbmNlc3RyeSI6ZmFsc2UsImNhdGVnb3J5IjoiSE1CIiwiY2xpbmljYWwiOmZhbHNlLCJjb21tZXJjaWFsIjpmYWxzZSwiY291bnRyaWVzIjpbIkZJIl0sImRpc2Vhc2VzIjpbXSwiZWhkc19wdXJwb3NlIjpudWxsLCJldmlkZW5jZSI6WyJDT0wiLCJJUkIiXSwiZ2VuZXRpY19kYXRhIjp0cnVlLCJtZXRob2RzIjpmYWxzZSwibW9udGhzIjoxMiwib3JnYW5pc2F0aW9uIjp7ImlkIjoiaHR0cHM6Ly9yb3Iub3JnLzAwYWFhYWEwMCIsIm5vdF9mb3JfcHJvZml0Ijp0cnVlfSwicHJvaGliaXRlZF91c2VzIjpbXSwicHJvamVjdCI6IlAtMSJ9LCJwdXJwb3NlX3NoYTI1NiI6ImM5MzlhZWNjNDU1NzBhOTUxZTUyNGM0MTQ4NDBlNWFhZTc0YThhZmQ3MGFiN2UwODNmOWVjM2ZkMDY4YjllMmYiLCJyZWFzb25zIjp7fSwicmVnaW1lIjoiY29uc2VudF9nZHByIiwicmV2aXNpb24iOjIsInRhYmxlX3ZlcnNpb24iOjEsInRpbWUiOiIyMDI2LTExLTIyVDA2OjI1OjAwLjEyMzQ1N1oiLCJ2ZXJzaW9ucyI6eyJkdW8iOiIyMDIxLTAyLTIzIiwiZW5naW5lIjoicGxhY2V0L21hdGNoaW5nL3YxIiwibW9uZG8iOiIyMDIyLTA5LTA2L3BsYWNldC1leHRyYWN0LTEiLCJwbGFjZXMiOiIyMDI2LTAxLTAxIiwicG9saWN5IjoiMjAyNi0xMS0wMSIsInBvbGljeV9zaGEyNTYiOiI2NzQ1NTZmM2M3ZTRjNTM1ZmU3ZGI4ZGExZTQzODEzN2FlZWMwYWIyNmY0NTQwZDI2MjdjYzIyMzhhOTMwOTY1In0sInZvaWRfYXQiOiIyMDI2LTExLTIyVDA2OjI2OjAwLjEyMzQ1N1oifQ.b0v4vqd9SLb6RLNLQaI7DnCUezju3l8tnfr9G5EtTYbYMKg20BRTfh96W1ivuLXcfQAecomntXU1j2BhrZ-15g', 'PERMIT-1', '2026-11-22 06:25:00.123457+00', 3, '[]');
INSERT INTO public.cohort (cohort_id, dataset, application_id, purpose, revision, frozen_at, void_at, counts, reasons, salt, digest, bitmap, manifest, permit_id, bound_at, bound_revision, lapses) VALUES ('01a22949-57dc-77a6-a161-1e8cf20529d3', 'GDI-ZZ-DATASET-1', 'A-1', '{"users": ["rita"], "months": 12, "accepts": ["COL", "MOR", "PUB", "RTN"], "methods": false, "project": "P-1", "ancestry": false, "category": "HMB", "clinical": false, "diseases": [], "evidence": ["COL", "IRB"], "countries": ["FI"], "commercial": false, "ehds_purpose": null, "genetic_data": true, "organisation": {"id": "https://ror.org/00aaaaa00", "not_for_profit": true}, "prohibited_uses": []}', 9, '2026-11-22 06:25:00.123464+00', '2026-11-22 06:26:00.123464+00', '{"in": 9, "out": 3, "members": 12, "awaiting": 0}', '{}', '\x556a8955d1f6452784dd170c8fc033a9fe483b327ff51f5394603ea2e4afed5f', 'QJ4DADFNtuAAViC1Sl/CuCO1rn98U+CIOwfSVWyCJMk=', '\x3b300000010000080002000000030007000400', 'eyJhbGciOiJFUzI1NiIsImtpZCI6InNmYkJvMFhPbFctOVNDZkxmWllQV1ctaTNtR2VPbkF4WG5QQU9pQTNTdDQiLCJ0eXAiOiJwbGFjZXQtbWFuaWZlc3Qrand0In0.eyJhcHBsaWNhdGlvbl9pZCI6IkEtMSIsImF3YWl0aW5nX2J5X2NsYXVzZSI6e30sImJpbmRzIjpbImNvbnNlbnQiLCJkdW8iLCJxdWFsaXR5Il0sImNvaG9ydF9pZCI6IjAxYTIyOTQ5LTU3ZGMtNzdhNi1hMTYxLTFlOGNmMjA1MjlkMyIsImNvbnNlbnRfcm9sZSI6ImxlZ2FsX2Jhc2lzIiwiY291bnRzIjp7Im1lbWJlcnMiOjEyfSwiZGF0YXNldCI6IkdESS1aWi1EQVRBU0VULTEiLCJkaWdlc3QiOiJRSjREQURGTnR1QUFWaUMxU2wvQ3VDTzFybjk4VStDSU93ZlNWV3lDSk1rPSIsImVmZmVjdGl2ZV9hdCI6IjIwMjYtMTEtMjJUMDY6MjU6MDAuMTIzNDY0WiIsImV4cGlyZXNfYXQiOiIyMDI2LTExLTIzVDA2OjI1OjAwLjEyMzQ2NFoiLCJpc3MiOiJodHRwczovL2NvbnNlbnQudGVzdCIsImtub3duX2F0IjoiMjAyNi0xMS0yMlQwNjoyNTowMC4xMjM0NjRaIiwib3B0X291dHMiOnsicmVnaXN0ZXIiOiJHREktWlotUEVSU09OLTEiLCJyZXZpc2lvbiI6MSwicm9vdCI6IjBjZDkyYWE0MzkwZGJmMWYzODA4ZWY0YzExYTljZGYwMDJlMTVlN2U3MDAxN2ExYWQxZTYzMjg0MWEyOGY2N2QifSwicHVycG9zZSI6eyJhY2NlcHRzIjpbIkNPTCIsIk1PUiIsIlBVQiIsIlJUTiJdLCJhbmNlc3RyeSI6ZmFsc2UsImNhdGVnb3J5IjoiSE1CIiwiY2xpbmljYWwiOmZhbHNlLCJjb21tZXJjaWFsIjpmYWxzZSwiY291bnRyaWVzIjpbIkZJIl0sImRpc2Vhc2VzIjpbXSwiZWhkc19wdXJwb3NlIjpudWxsLCJldmlkZW5jZSI6WyJDT0wiLCJJUkIiXSwiZ2VuZXRpY19kYXRhIjp0cnVlLCJtZXRob2RzIjpmYWxzZSwibW9udGhzIjoxMiwib3JnYW5pc2F0aW9uIjp7ImlkIjoiaHR0cHM6Ly9yb3Iub3JnLzAwYWFhYWEwMCIsIm5vdF9mb3JfcHJvZml0Ijp0cnVlfSwicHJvaGliaXRlZF91c2VzIjpbXSwicHJvamVjdCI6IlAtMSJ9LCJwdXJwb3NlX3NoYTI1NiI6ImM5MzlhZWNjNDU1NzBhOTUxZTUyNGM0MTQ4NDBlNWFhZTc0YThhZmQ3MGFiN2UwODNmOWVjM2ZkMDY4YjllMmYiLCJyZWFzb25zIjp7fSwicmVnaW1lIjoiY29uc2VudF9nZHByIiwicmV2aXNpb24iOjksInRhYmxlX3ZlcnNpb24iOjEsInRpbWUiOiIyMDI2LTExLTIyVDA2OjI1OjAwLjEyMzQ2NFoiLCJ2ZXJzaW9ucyI6eyJkdW8iOiIyMDIxLTAyLTIzIiwiZW5naW5lIjoicGxhY2V0L21hdGNoaW5nL3YxIiwibW9uZG8iOiIyMDIyLTA5LTA2L3BsYWNldC1leHRyYWN0LTEiLCJwbGFjZXMiOiIyMDI2LTAxLTAxIiwicG9saWN5IjoiMjAyNi0xMS0wMSIsInBvbGljeV9zaGEyNTYiOiI2NzQ1NTZmM2M3ZTRjNTM1ZmU3ZGI4ZGExZTQzODEzN2FlZWMwYWIyNmY0NTQwZDI2MjdjYzIyMzhhOTMwOTY1In0sInZvaWRfYXQiOiIyMDI2LTExLTIyVDA2OjI2OjAwLjEyMzQ2NFoifQ.cCwXQwg1C-P9mdte-aKphWUfTvl2HvKmkssDTE07iDSsncscs2w8_jZ_wEAoMUYsYjZpIuT-pO7dAp_4JfFLuw', 'PERMIT-2', '2026-11-22 06:25:00.123464+00', 10, '[]');
INSERT INTO public.cohort_narrowed (cohort_id, ordinal, revision, cause, left_at) VALUES ('01a22949-530f-762b-9215-a62f36e38507', 5, 4, 'withdrawn', '2026-11-22 06:25:00.123459+00');
INSERT INTO public.cohort_narrowed (cohort_id, ordinal, revision, cause, left_at) VALUES ('01a22949-530f-762b-9215-a62f36e38507', 6, 7, 'refused', '2026-11-22 06:25:00.123462+00');
INSERT INTO public.cohort_narrowed (cohort_id, ordinal, revision, cause, left_at) VALUES ('01a22949-530f-762b-9215-a62f36e38507', 4, 9, 'deceased', '2026-11-22 06:25:00.123464+00');
INSERT INTO public.cohort_narrowed (cohort_id, ordinal, revision, cause, left_at) VALUES ('01a22949-530f-762b-9215-a62f36e38507', 9, 11, 'withdrawn', '2026-11-22 06:25:00.123466+00');
INSERT INTO public.cohort_narrowed (cohort_id, ordinal, revision, cause, left_at) VALUES ('01a22949-57dc-77a6-a161-1e8cf20529d3', 9, 11, 'withdrawn', '2026-11-22 06:25:00.123466+00');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5270-7aeb-8050-e17e013b7f9a', '01a22949-5251-7f1e-9a9b-d88bc55a12de', 'GDI-ZZ-DATASET-1', 0, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 2, 1, NULL, '\xfba153eeec098c26334b747a09edfc66dae427896d4c2943c78fb81db5d0a4bc4be519912311cc77e43b09d575a66407fc2f6db5ea72f21bd0e4fa12c9617bb93a554da14df75c6a3155d3d47b3e08af13b0085bfaa5703f485cf7aa730ed7f3b685192e5b0643c8dc151526416a777678dcce98a400a19703a493434c857d8f102004eed4228616070d08f14c6b78a7958589b61807ce52d044b784307cfe1aa0969cca7eadec72639ada400eb46197c592b0cbdf8281cb82435abe33daca326525041ac9ec', '\xddbdfe4ba532bf897bddf158bc398b0191b5ff976687c562d02fb8c8039f881f', '\x', '\xcd9c786b5f92a6e677f5f8be72cfde94deebfd9cff60e6fa9dfbc1909f4766b0');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-74f7-b1d3-b18fb1c5b219', '01a22949-5251-7a86-a411-d173289639ea', 'GDI-ZZ-DATASET-1', 1, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 3, 1, NULL, '\x17699be2a60b5e811a8b13d5096425776562871ee4ce3eb07670ac95d9e5c91bd848503ec9ded49ca278e8361453940bb0b25cf56c2daac66b2ea037f3a65f15a1d893700f4b221214803375a4d16f0ceb31fd02c48da7454d037064b52515284cd437fe2a9a977b777e394cc8de6e38e6961e2df3e7a0720019af8833b88b68ab34ad4391f95d45881aae1283df7fbfae666183d02e882a5c715c5c5358a3b093d226ec1691c244aa2d2bc6d33bc85c8e297e95bd53fd7cca11dfc5bc2daa31aeef444f75bd', '\xbc14e5e045634e133ed91dac67628d13ed19a60cf6d255e29e5ac8be9b88dc1e', '\x', '\x5b9824bba12953a97802156956f81b5698ce8f1d7fc6b5628f71ebb3bb5bcb43');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-721f-badf-1fa8b9d6c543', '01a22949-5251-7bd1-bb7d-39c13278bc93', 'GDI-ZZ-DATASET-1', 2, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 4, 1, NULL, '\x46a85ba2fc8e7338bfed6f73e7423f18a0ac370e91ca6edfaa400e3c0c21f7262e4f5bc62196e476c7aa7e16d00e746342f3668e2dc075ef8057622c3d1876671b1a36066211cfaff4e1809c6ef84850e285e93a34af3e179b89ec42c6a6d7cc872eef2655bc33222f29629924836872a82578878e18c501d3823d296352d63ed1214cc36ebbd072ffd991d7472f53a75f60d6d1e4a584a4d7951b7104ffe3abf0c1020b67d58e39b91ca6599159a36da50e817bfb0c355beb5f2bd83392866d3a10c7dc53ac', '\x306be21992376eff93fd6460ada12304c16b9c9bf5c0f23216caf13336c8ea9c', '\x', '\x20421516b7e90e4ce73e11f6c3a795e810ab2fc1d8ba1aa8846718ba6f16a94c');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-7062-ad34-a5119830c60a', '01a22949-5251-7820-9136-24dd3450b2cd', 'GDI-ZZ-DATASET-1', 3, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 5, 1, NULL, '\x3e6abde745c0c7bec9c3648ef55ba242979e053d9e1da4fc3b1485beb2575e0f018b41a75d82db2da0f2e181b3e4639933b64bc83d2622e94af9143a4ca2f49c9f6fb4ec51ed6e0a7d33dc979a58f962d3698bce0186a0a589d0b1d42fe97bbeae59901602c201ef2a165382f869de2885af690812f70486bb361202fa016e794bfb0243d37dfa3cd2941d0eec8ca55fc5f8bd57209fed92259f2bdceb78c717a14485e4b7fe1e45d3759c219f613a931660b0d9e8c7bee638286c2fa999cc8d2c1b4c636b78', '\xc972f9ef68057da96410c2c25017a75a4e6634b6690f2bec816b2b9707362b6c', '\x', '\xecf46d570624d606691d4533835bf16cb54ba44c5d8718cd5b8060bbde77ad20');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-74f8-bfee-e2fc74cd6ee5', '01a22949-5251-71a6-8aed-90ea10171943', 'GDI-ZZ-DATASET-1', 4, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 6, 1, NULL, '\x4daf1d504bb94e255bac90b54d6ffcf223f908c3db99c94a8d4fd026a6493ca8bbb0245429017250ca7f01ced7709eba3492d72e5d434121b63bf5b70d36e9090ea0498f4b11752df1b510ff7e731fd4872a497a02209895422023b4ecf372183b9b47f5db4521e96800f1284f5abae864e8477629145d73fc7acbe95492bd2eb7adf22857963016a1e396238aaa12f5a6cf94cce421f645309546c8fbd9ced9f4b5eb3d1168a06d6ca516a4e48b6367acac61f38c3c91e4f85ec644eb5e83c2aab91b6fd7d9', '\x40304fcfd2751de900e9d695837fabc9fc194e23ead19c72a22b1da9a9a3d329', '\x', '\xab99b06a24aabb1a48d3ebd17f5d2b8a126e8e40a74afb464c5c94b31a43c0c3');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-720c-85c7-8f8a0f9e9590', '01a22949-5251-761f-8ee4-3b2481197abc', 'GDI-ZZ-DATASET-1', 5, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 7, 1, NULL, '\x5d77d5814f2ca26c8b33107452ba877e72bf964146a8cc9e355d43c7e41156a53b37df530b1e9822bbc248b14d5c234cf8b6560cfe35d808883be61c59448716ee60aef4f292e4dcf7e0921e9cbec89c27a6e314f155c94bddfe2698cc42164eeb96d0178519d7de95e877f4f624046678f1d6a2ddb3d8bad9cb03c3045e2c99733db4e05a3b01b067a610194b70422da677ea65dcb6c1e35ceb2f80bf3095c1b0cbabdac264d8f60c2eaba1717422f49414f9d477acdeaeec30677b00e3d4578a11ba4a8157', '\x4318d5e1e294475e864defc6ffb8651e296e1432017852a4c0342a7896987bf2', '\x', '\xb3961312b5362e54089ca1e2e28a5c885a648c0824445af5ea041acc3b1b25b2');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-7058-9431-07c7f151dd4f', '01a22949-5251-7324-8459-900e30971b97', 'GDI-ZZ-DATASET-1', 6, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 8, 1, NULL, '\xfb1ab6cb45ef4986f28771bb3f5e21b22eaf15a2f6dc8ba656d4c2d22721892cdd5251d7664557c70dcc8c2d6e166727402b045fdfdda53b973cae86107b78e759206fdd3711e1afac58a8c79a99820059501c521fc6664193c7db29f4515e2144f190f7af2cee351ab7171f8679c4a98027b82cd8ce9bd94ef730b6ec7bcb4e90051c4ce2271eec3e823837c1b0c01a3495178ebb7500a2f5e92cf81a0cdab775268f8d53ad8f0062fd7eccd2f97b1ce2486b53b22ef0daae8cf0d56de500e2fd1665ba0bee', '\xd53a5aa67e79fc994a4867aa0c72bb43f00c91fef5c8845965ff4fb6e59ee387', '\x', '\xe3bfc1013e54205ef64c3c37d060bce7cdf5230b84123566e310b95b8e7fe682');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-7611-90df-bd6c0c6c0d1d', '01a22949-5251-77c8-a7ca-673155786779', 'GDI-ZZ-DATASET-1', 7, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 9, 1, NULL, '\xede8b80e1f3d35bf4ead0b36fd509dacf7920d6697862e657ac0df2d59e5fddb0629350a80be674622ac28babaedec5618c602d77f9d41e9f10774afa8e5b3af223f86c0035a95e49a0d487abc2cc4b6792e5877083bddd47ed11a73ed5bd10f7af2cf7b79941d28d0a21f73b0a46706570713089afb07f2c426bc5d38256c79e156cd4e8a8e1115d780a206477954a84a1d5b6c88440992e90609a2fa74f3b55356989172a5d1631065ec0c3431ad1fd7090240cbfccc070f274383bef49fc80faf5e18a835', '\x8bbe36a580b6c80464a061ee53693191a4fe9008004f032accd4904784e1b486', '\x', '\x676c01989c8b87703e4c024ef6379922996bef573d94d3a5b1b8ae5be1f63924');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-70df-a0ec-564b3e297363', '01a22949-5251-751a-a631-2cb5ec40caf1', 'GDI-ZZ-DATASET-1', 8, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 10, 1, NULL, '\xf0edae0533cc1cdd1ddac830305573423a1b1002761a904b9f7e6df1089b2d216bcaf75e60f25348afd05186e674b9d90494fd158fbf176a19db4a5553e00f4435f5baf50469ad45bb618823bd8549215e487a4d7b833f2bce339e05f54e18c5fe165ac5f25338e69786922e8e4f247814a266933fa79f7478a4a6da3bf521921e46a0409db49c7f4beab3b1ed64cd549c60852381711f18cf63116fc3cd7949def8b855da9aa7c43b684b7e15074519529ad265b33059246535d44b523fc06e3d5e8af6fd7aabc41bfd0ca5fd5ea9f79ae390b0f2059302d4074cb95cfa4c9407e9fb83b0358b8e', '\xb675d857e44243e9604b3114717998a108b218b7eb50418f982675a63ff06e26', '\x', '\x70d1106248ccce17c06c42d310737453de82ec8c0085c765b63b6a5bb8c1099f');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-7eaf-9d15-aa478c82fcd3', '01a22949-5251-720d-99f9-52d4598c46c8', 'GDI-ZZ-DATASET-1', 9, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 11, 1, NULL, '\xa32879682ec1e9ebfd91662da529fbf37fa883f53285e70263aba7bbd011facc37ef2ce161fdeb49e3438106742223333669f4090190df9caa44a8a8a4656e456cea92ee253b99333d9d088915dbf22bc94332b63bbf28209163f29ac2b6c79031912b9432d6e9a7a65d44ce2b11c651b2adf09bf11eba0806920a8617968974d115ae9176de5fee8260e92aa4006b1d5323b5e7de06f698c18507c01142a1ace0423500cc1145cdead8e7d77c4c70cde08a12ff8dd761ce12271a387fd87148531cb5f00bbedf9054783d857fed4d9d3d5d5387057a750ec863aff6339151b8178ca2c721017e5c', '\xbb28a744292d6d1bafc943440f5c4c1638c02c73339e40da4701e7d55c26f896', '\x', '\x8a77531dd8def8b5cf5564b4ee338217a83ea8fbed6bb0e28569bf385eb1cd91');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-7743-91bd-b89272d766a1', '01a22949-5251-784b-a0d4-6b3e4f8cb6fa', 'GDI-ZZ-DATASET-1', 10, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 12, 1, NULL, '\x726f148abd569b32f762e83a1e167eccdce37e166976889ee3863a70e2e303d42e0358da7db3b1939f6625b8b355775ce73d098b5b88776d42709dd22152a16cfc3aea5b9a9eee085e1cd831c40ffea0b11b6746cd27d05eba365e1bf68942ea458221ab84621c1564f3302d071aa46af883acc5bbb1ed170a5975d239a45f7dcceae723f6f74a4e1b1996fe930cc889b627cd8222fad10ed3ae0edeff7d33e711fd0d1f2b90b56767d8776b66d31568130af5a5d71e2145885091f09614e5342fcf39a6f62983c9f4359fcb2f6ba79680518bda1f921c6367e7902655320693d5c6952d02d76825', '\xe5408769c160ee57321188cfe163ef361e6baee10507371296e76a9fe70f6ea2', '\x', '\xd3f3a5fc4ada9c24214059696c1a7ca7094b63958a868280a30c8f79c4a1938e');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5271-7227-807b-aacd4597ac56', '01a22949-5251-7190-802e-0e012742d31f', 'GDI-ZZ-DATASET-1', 11, 2, 'given', '2025-01-15 00:00:00+00', '2025-01-15 00:00:00+00', NULL, '2026-11-22 06:25:00.123457+00', 'import', '1', '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 13, 1, NULL, '\x7dd0b46b974e0cacd63ad793fb9421d0d6beb16b3a676a407b4579132c386160f87882521d81bec4664e270a833774641a5b9f43b9a7e1d12dc895ff92794ba3b36bc5ed75cce605ae601beb1fc4f8e6761b119f2f45ccc3251059981065bf73edbaa2a6ee4574d58d82848ae39dd88a1b6db603e64278bb3196d5e3068ea80e61c7b5af88b14d1a2a79d6437b62b2ca506ceeb6eb2e26eeb4b9fa188f2be2563f0f6b8ff7b258f6d4e31556e578433bc18d7f65601dc2371dbe2be244ae6e0f9785bc63105e762922342da26bc02267ef6508c507a588666d41837baa34b374937a858855a2e0fa', '\x390279d17ec1dde92c9b2929d7129b7f156a481b7b6f77fa9abb92214421317d', '\x', '\xbc1bf415d30d750239607a5da46cba35e7512864b200d04acf8ba1fcec6b8cbe');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5387-7d8b-99fe-8952375eaaf1', '01a22949-5251-761f-8ee4-3b2481197abc', 'GDI-ZZ-DATASET-1', 5, 4, 'withdrawn', '2026-11-22 06:25:00.123458+00', '2026-11-22 06:25:00.123458+00', NULL, '2026-11-22 06:25:00.123459+00', 'api', '', NULL, NULL, NULL, '01a22949-5373-7d85-9c30-886eb3655a17', '\x3d7fc78900203303d5f577564ceac6ac49cda1ea20008b74e9cfb58018c4fd739500e25f3627eeeac59b99f8db181b03bf7d97b2fd6e1a23de1180b5a492c487634c93ccdb79f28d8895c44f634f8debd44d86ede6b3dd8bfe74b6057c766ccfcb5b5ca87227c62ab4932fba811f37cc9549376c88231091a30d1529c4f67d010bacc91afdcac05c77c64082a1e6ce', '\x1c0b4add85fe16ffb64c46faac3cbc3558cbc9bf499b5ec3a5ae2a273eb15551', '\xb3961312b5362e54089ca1e2e28a5c885a648c0824445af5ea041acc3b1b25b2', '\x7ca9e239a03cc5baf90944dcc27b44f18c9b461806bdc88fd1e211fefb7f2aee');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5633-7e45-8ef7-1ed2060a62af', '01a22949-5251-7324-8459-900e30971b97', 'GDI-ZZ-DATASET-1', 6, 7, 'refused', '2026-11-22 06:25:00.123461+00', '2026-11-22 06:25:00.123461+00', NULL, '2026-11-22 06:25:00.123462+00', 'api', '', NULL, NULL, NULL, NULL, '\xc29ca7cf2725555de160ced88aa7245c8242a02db82b98a5ed78b509f6017cbcb8b9d9e5122388c3765efa5aa0f19db6d5b89161fca1b0a94bd0aa07da07b7189a2f8d46f20e02c5f6116da82774a267035f303d469ceeb5ea14452af838016fe7e01eab92c8b8328cc53b073645be2c619321870091217666329b36ff49319bf0fe832805ba8e62c53f2eca76fe84', '\xb842b512649218aa9e033ed30b558d26f564400d99864b29ff6e72962b770d07', '\xe3bfc1013e54205ef64c3c37d060bce7cdf5230b84123566e310b95b8e7fe682', '\x6003b1533538fb5ca15ba90cce85b4a57dc0258e3c0958c913760db8089b80f8');
INSERT INTO public.consent_event (event_id, pid, dataset, ordinal, revision, kind, expressed_at, effective_from, effective_to, recorded_at, channel, form_version, file_sha256, line, mapping, withdrawal_id, sealed, commitment, previous, hash) VALUES ('01a22949-5828-7b7b-b568-9b9b88be2bb6', '01a22949-5251-720d-99f9-52d4598c46c8', 'GDI-ZZ-DATASET-1', 9, 11, 'withdrawn', '2026-11-22 06:25:00.123465+00', '2026-11-22 06:25:00.123465+00', NULL, '2026-11-22 06:25:00.123466+00', 'api', '', NULL, NULL, NULL, '01a22949-581f-7bfb-8e31-62b15caefa5f', '\xd6f8c33d6f529ea33aae0ea1bb26ed0ae98ca98eae4f639f49e89028813e0cf14a4bc38acf903f85b14b524d9e03f56db6ac64bcf22fb830b3e2d9d3f7ff9b45aa5ca64cbbe40dd99a2614176207beb9011e6510b25f5eb9f4027e41ce347a0b75dd22039d9f3de14d1b2f02747578c3374863f4165f85cede09c8a58a40bd378969a57c3fbfd0c9397fc463bfb9df', '\x244119f78833788d250b4518bab337a2f5d5efdc995adbce07a94abb3fe72423', '\x8a77531dd8def8b5cf5564b4ee338217a83ea8fbed6bb0e28569bf385eb1cd91', '\xd603ae964a1734175de62efccd269f4cd652e4f872a20782daee4b455531a6d2');
INSERT INTO public.consent_terms (terms_id, sha256, body) OVERRIDING SYSTEM VALUE VALUES (1, '\x64b26a97103f0d56858b3089e38e8c985d4a17c3833b1a2ff78b79a728a413ba', '[{"diseases": [], "modifiers": [], "permission": "DUO:0000006"}]');
INSERT INTO public.consent_terms (terms_id, sha256, body) OVERRIDING SYSTEM VALUE VALUES (2, '\xfcc282085d9dd875c257eed3374235654d3733e8cff1c060fcb82c800ffa8bd9', '[{"diseases": [], "modifiers": [{"code": "DUO:0000046", "values": []}], "permission": "DUO:0000006"}]');
INSERT INTO public.dataset (dataset, title, controller, country, legal_regime, revision, members, table_version, created_at, recorded_at, consent_role, form) VALUES ('GDI-ZZ-DATASET-1', 'Genomes', 'A hospital', 'ZZ', 'consent_gdpr', 11, 12, 1, '2026-11-22 06:25:00.123456+00', '2026-11-22 06:25:00.123466+00', 'legal_basis', '');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 0, '01a22949-5251-7f1e-9a9b-d88bc55a12de', 'S-000000', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 1, '01a22949-5251-7a86-a411-d173289639ea', 'S-000001', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 2, '01a22949-5251-7bd1-bb7d-39c13278bc93', 'S-000002', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 3, '01a22949-5251-7820-9136-24dd3450b2cd', 'S-000003', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 4, '01a22949-5251-71a6-8aed-90ea10171943', 'S-000004', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 5, '01a22949-5251-761f-8ee4-3b2481197abc', 'S-000005', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 6, '01a22949-5251-7324-8459-900e30971b97', 'S-000006', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 7, '01a22949-5251-77c8-a7ca-673155786779', 'S-000007', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 8, '01a22949-5251-751a-a631-2cb5ec40caf1', 'S-000008', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 9, '01a22949-5251-720d-99f9-52d4598c46c8', 'S-000009', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 10, '01a22949-5251-784b-a0d4-6b3e4f8cb6fa', 'S-000010', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.dataset_member (dataset, ordinal, pid, local_id, added_at) VALUES ('GDI-ZZ-DATASET-1', 11, '01a22949-5251-7190-802e-0e012742d31f', 'S-000011', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (1, 1, 'GDI-ZZ-DATASET-1', 1, 'dataset.added', '[{"legal_regime": "consent_gdpr"}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (13, 2, 'GDI-ZZ-DATASET-1', 2, 'member.added', '[{"ordinal": 0, "local_id": "S-000000"}, {"ordinal": 1, "local_id": "S-000001"}, {"ordinal": 2, "local_id": "S-000002"}, {"ordinal": 3, "local_id": "S-000003"}, {"ordinal": 4, "local_id": "S-000004"}, {"ordinal": 5, "local_id": "S-000005"}, {"ordinal": 6, "local_id": "S-000006"}, {"ordinal": 7, "local_id": "S-000007"}, {"ordinal": 8, "local_id": "S-000008"}, {"ordinal": 9, "local_id": "S-000009"}, {"ordinal": 10, "local_id": "S-000010"}, {"ordinal": 11, "local_id": "S-000011"}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (25, 14, 'GDI-ZZ-DATASET-1', 2, 'member.given', '[{"ordinal": 0}, {"ordinal": 1}, {"ordinal": 2}, {"ordinal": 3}, {"ordinal": 4}, {"ordinal": 5}, {"ordinal": 6}, {"ordinal": 7}, {"ordinal": 8}, {"ordinal": 9}, {"ordinal": 10}, {"ordinal": 11}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (26, 26, 'GDI-ZZ-DATASET-1', 3, 'cohort.bound', '[{"salt": "642931aa9f9e55a57e36fc11d26e74bfbfbcf26cd2814d8f82c57233f58fb754", "bitmap": "OzAAAAEAAAsAAQAAAAsA", "lapses": [], "manifest": "eyJhbGciOiJFUzI1NiIsImtpZCI6InNmYkJvMFhPbFctOVNDZkxmWllQV1ctaTNtR2VPbkF4WG5QQU9pQTNTdDQiLCJ0eXAiOiJwbGFjZXQtbWFuaWZlc3Qrand0In0.eyJhcHBsaWNhdGlvbl9pZCI6IkEtMSIsImF3YWl0aW5nX2J5X2NsYXVzZSI6e30sImJpbmRzIjpbImNvbnNlbnQiLCJkdW8iLCJxdWFsaXR5Il0sImNvaG9ydF9pZCI6IjAxYTIyOTQ5LTUzMGYtNzYyYi05MjE1LWE2MmYzNmUzODUwNyIsImNvbnNlbnRfcm9sZSI6ImxlZ2FsX2Jhc2lzIiwiY291bnRzIjp7Im1lbWJlcnMiOjEyfSwiZGF0YXNldCI6IkdESS1aWi1EQVRBU0VULTEiLCJkaWdlc3QiOiJQR1pGTklwUkRLbDlUMG94U3g1bzR6MVExb1hnTHBLazEwOUUwT1lPK0dvPSIsImVmZmVjdGl2ZV9hdCI6IjIwMjYtMTEtMjJUMDY6MjU6MDAuMTIzNDU3WiIsImV4cGlyZXNfYXQiOiIyMDI2LTExLTIzVDA2OjI1OjAwLjEyMzQ1N1oiLCJpc3MiOiJodHRwczovL2NvbnNlbnQudGVzdCIsImtub3duX2F0IjoiMjAyNi0xMS0yMlQwNjoyNTowMC4xMjM0NTdaIiwib3B0X291dHMiOnsicmVnaXN0ZXIiOiJHREktWlotUEVSU09OLTEiLCJyZXZpc2lvbiI6MCwicm9vdCI6ImUzYjBjNDQyOThmYzFjMTQ5YWZiZjRjODk5NmZiOTI0MjdhZTQxZTQ2NDliOTM0Y2E0OTU5OTFiNzg1MmI4NTUifSwicHVycG9zZSI6eyJhY2NlcHRzIjpbIkNPTCIsIk1PUiIsIlBVQiIsIlJUTiJdLCJhbmNlc3RyeSI6ZmFsc2UsImNhdGVnb3J5IjoiSE1CIiwiY2xpbmljYWwiOmZhbHNlLCJjb21tZXJjaWFsIjpmYWxzZSwiY291bnRyaWVzIjpbIkZJIl0sImRpc2Vhc2VzIjpbXSwiZWhkc19wdXJwb3NlIjpudWxsLCJldmlkZW5jZSI6WyJDT0wiLCJJUkIiXSwiZ2VuZXRpY19kYXRhIjp0cnVlLCJtZXRob2RzIjpmYWxzZSwibW9udGhzIjoxMiwib3JnYW5pc2F0aW9uIjp7ImlkIjoiaHR0cHM6Ly9yb3Iub3JnLzAwYWFhYWEwMCIsIm5vdF9mb3JfcHJvZml0Ijp0cnVlfSwicHJvaGliaXRlZF91c2VzIjpbXSwicHJvamVjdCI6IlAtMSJ9LCJwdXJwb3NlX3NoYTI1NiI6ImM5MzlhZWNjNDU1NzBhOTUxZTUyNGM0MTQ4NDBlNWFhZTc0YThhZmQ3MGFiN2UwODNmOWVjM2ZkMDY4YjllMmYiLCJyZWFzb25zIjp7fSwicmVnaW1lIjoiY29uc2VudF9nZHByIiwicmV2aXNpb24iOjIsInRhYmxlX3ZlcnNpb24iOjEsInRpbWUiOiIyMDI2LTExLTIyVDA2OjI1OjAwLjEyMzQ1N1oiLCJ2ZXJzaW9ucyI6eyJkdW8iOiIyMDIxLTAyLTIzIiwiZW5naW5lIjoicGxhY2V0L21hdGNoaW5nL3YxIiwibW9uZG8iOiIyMDIyLTA5LTA2L3BsYWNldC1leHRyYWN0LTEiLCJwbGFjZXMiOiIyMDI2LTAxLTAxIiwicG9saWN5IjoiMjAyNi0xMS0wMSIsInBvbGljeV9zaGEyNTYiOiI2NzQ1NTZmM2M3ZTRjNTM1ZmU3ZGI4ZGExZTQzODEzN2FlZWMwYWIyNmY0NTQwZDI2MjdjYzIyMzhhOTMwOTY1In0sInZvaWRfYXQiOiIyMDI2LTExLTIyVDA2OjI2OjAwLjEyMzQ1N1oifQ.b0v4vqd9SLb6RLNLQaI7DnCUezju3l8tnfr9G5EtTYbYMKg20BRTfh96W1ivuLXcfQAecomntXU1j2BhrZ-15g", "cohort_id": "01a22949-530f-762b-9215-a62f36e38507", "permit_id": "PERMIT-1"}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (27, 27, 'GDI-ZZ-DATASET-1', 4, 'member.narrowed', '[{"cause": "withdrawn", "cohorts": ["01a22949-530f-762b-9215-a62f36e38507"], "ordinal": 5}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (29, 28, 'GDI-ZZ-DATASET-1', 5, 'member.given', '[{"ordinal": 1}, {"ordinal": 0}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (31, 30, 'GDI-ZZ-DATASET-1', 6, 'member.given', '[{"ordinal": 1}, {"ordinal": 0}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (32, 32, 'GDI-ZZ-DATASET-1', 7, 'member.narrowed', '[{"cause": "refused", "cohorts": ["01a22949-530f-762b-9215-a62f36e38507"], "ordinal": 6}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (33, 33, 'GDI-ZZ-DATASET-1', 8, 'dataset.moved', '[{}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (34, 34, 'GDI-ZZ-DATASET-1', 9, 'member.narrowed', '[{"cause": "deceased", "cohorts": ["01a22949-530f-762b-9215-a62f36e38507"], "ordinal": 4}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (35, 35, 'GDI-ZZ-DATASET-1', 10, 'cohort.bound', '[{"salt": "556a8955d1f6452784dd170c8fc033a9fe483b327ff51f5394603ea2e4afed5f", "bitmap": "OzAAAAEAAAgAAgAAAAMABwAEAA==", "lapses": [], "manifest": "eyJhbGciOiJFUzI1NiIsImtpZCI6InNmYkJvMFhPbFctOVNDZkxmWllQV1ctaTNtR2VPbkF4WG5QQU9pQTNTdDQiLCJ0eXAiOiJwbGFjZXQtbWFuaWZlc3Qrand0In0.eyJhcHBsaWNhdGlvbl9pZCI6IkEtMSIsImF3YWl0aW5nX2J5X2NsYXVzZSI6e30sImJpbmRzIjpbImNvbnNlbnQiLCJkdW8iLCJxdWFsaXR5Il0sImNvaG9ydF9pZCI6IjAxYTIyOTQ5LTU3ZGMtNzdhNi1hMTYxLTFlOGNmMjA1MjlkMyIsImNvbnNlbnRfcm9sZSI6ImxlZ2FsX2Jhc2lzIiwiY291bnRzIjp7Im1lbWJlcnMiOjEyfSwiZGF0YXNldCI6IkdESS1aWi1EQVRBU0VULTEiLCJkaWdlc3QiOiJRSjREQURGTnR1QUFWaUMxU2wvQ3VDTzFybjk4VStDSU93ZlNWV3lDSk1rPSIsImVmZmVjdGl2ZV9hdCI6IjIwMjYtMTEtMjJUMDY6MjU6MDAuMTIzNDY0WiIsImV4cGlyZXNfYXQiOiIyMDI2LTExLTIzVDA2OjI1OjAwLjEyMzQ2NFoiLCJpc3MiOiJodHRwczovL2NvbnNlbnQudGVzdCIsImtub3duX2F0IjoiMjAyNi0xMS0yMlQwNjoyNTowMC4xMjM0NjRaIiwib3B0X291dHMiOnsicmVnaXN0ZXIiOiJHREktWlotUEVSU09OLTEiLCJyZXZpc2lvbiI6MSwicm9vdCI6IjBjZDkyYWE0MzkwZGJmMWYzODA4ZWY0YzExYTljZGYwMDJlMTVlN2U3MDAxN2ExYWQxZTYzMjg0MWEyOGY2N2QifSwicHVycG9zZSI6eyJhY2NlcHRzIjpbIkNPTCIsIk1PUiIsIlBVQiIsIlJUTiJdLCJhbmNlc3RyeSI6ZmFsc2UsImNhdGVnb3J5IjoiSE1CIiwiY2xpbmljYWwiOmZhbHNlLCJjb21tZXJjaWFsIjpmYWxzZSwiY291bnRyaWVzIjpbIkZJIl0sImRpc2Vhc2VzIjpbXSwiZWhkc19wdXJwb3NlIjpudWxsLCJldmlkZW5jZSI6WyJDT0wiLCJJUkIiXSwiZ2VuZXRpY19kYXRhIjp0cnVlLCJtZXRob2RzIjpmYWxzZSwibW9udGhzIjoxMiwib3JnYW5pc2F0aW9uIjp7ImlkIjoiaHR0cHM6Ly9yb3Iub3JnLzAwYWFhYWEwMCIsIm5vdF9mb3JfcHJvZml0Ijp0cnVlfSwicHJvaGliaXRlZF91c2VzIjpbXSwicHJvamVjdCI6IlAtMSJ9LCJwdXJwb3NlX3NoYTI1NiI6ImM5MzlhZWNjNDU1NzBhOTUxZTUyNGM0MTQ4NDBlNWFhZTc0YThhZmQ3MGFiN2UwODNmOWVjM2ZkMDY4YjllMmYiLCJyZWFzb25zIjp7fSwicmVnaW1lIjoiY29uc2VudF9nZHByIiwicmV2aXNpb24iOjksInRhYmxlX3ZlcnNpb24iOjEsInRpbWUiOiIyMDI2LTExLTIyVDA2OjI1OjAwLjEyMzQ2NFoiLCJ2ZXJzaW9ucyI6eyJkdW8iOiIyMDIxLTAyLTIzIiwiZW5naW5lIjoicGxhY2V0L21hdGNoaW5nL3YxIiwibW9uZG8iOiIyMDIyLTA5LTA2L3BsYWNldC1leHRyYWN0LTEiLCJwbGFjZXMiOiIyMDI2LTAxLTAxIiwicG9saWN5IjoiMjAyNi0xMS0wMSIsInBvbGljeV9zaGEyNTYiOiI2NzQ1NTZmM2M3ZTRjNTM1ZmU3ZGI4ZGExZTQzODEzN2FlZWMwYWIyNmY0NTQwZDI2MjdjYzIyMzhhOTMwOTY1In0sInZvaWRfYXQiOiIyMDI2LTExLTIyVDA2OjI2OjAwLjEyMzQ2NFoifQ.cCwXQwg1C-P9mdte-aKphWUfTvl2HvKmkssDTE07iDSsncscs2w8_jZ_wEAoMUYsYjZpIuT-pO7dAp_4JfFLuw", "cohort_id": "01a22949-57dc-77a6-a161-1e8cf20529d3", "permit_id": "PERMIT-2"}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.feed_change (last_position, first_position, dataset, revision, kind, items, recorded_at) VALUES (36, 36, 'GDI-ZZ-DATASET-1', 11, 'member.narrowed', '[{"cause": "withdrawn", "cohorts": ["01a22949-530f-762b-9215-a62f36e38507", "01a22949-57dc-77a6-a161-1e8cf20529d3"], "ordinal": 9}]', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.import_batch (import_id, source, mode, dry_run, mapping, file_sha256, state, received_at, finished_at, rows, bad, applied, repeated, done_line, actor, failure, format) VALUES ('01a22949-517b-7e21-b882-0caddd00e942', 'test', 'valid_rows_only', false, 1, '\x75403d9e931b476d2e27392b1dee2e51f92e63dd04e6eecfebae0d1b296a7ea2', 'finished', '2026-11-22 06:25:00.123456+00', '2026-11-22 06:25:00.123456+00', 12, 0, 12, 0, 13, '{"issuer": "https://login.test", "subject": "desk", "client_id": "desk", "is_service": true}', '', 'csv');
INSERT INTO public.import_progress (import_id, rows_read) VALUES ('01a22949-517b-7e21-b882-0caddd00e942', 12);
INSERT INTO public.opt_out_event (number, optout_id, pid, kind, about, recorded_at, channel, salt) VALUES (1, '01a22949-56bb-7330-8c1a-6791a7e74a51', '01a22949-5251-77c8-a7ca-673155786779', 'registered', 'all', '2026-11-22 06:25:00.123461+00', 'api', '\xaf972e193861a5279771b5a7d8f4aa5bbc3049d4ef5df22134c04b8c21cde316');
INSERT INTO public.opt_out_person (pid, ordinal) VALUES ('01a22949-5251-7a86-a411-d173289639ea', 0);
INSERT INTO public.opt_out_person (pid, ordinal) VALUES ('01a22949-5251-7f1e-9a9b-d88bc55a12de', 1);
INSERT INTO public.opt_out_person (pid, ordinal) VALUES ('01a22949-5251-77c8-a7ca-673155786779', 2);
INSERT INTO public.opt_out_person (pid, ordinal) VALUES ('01a22949-5251-71a6-8aed-90ea10171943', 3);
INSERT INTO public.opt_out_reach (number, dataset, ordinal, revision) VALUES (1, 'GDI-ZZ-DATASET-1', 7, 8);
INSERT INTO public.opt_out_register (name, number, people, recorded_at, edge) VALUES ('GDI-ZZ-PERSON-1', 1, 4, '2026-11-22 06:25:00.123461+00', '\x0cd92aa4390dbf1f3808ef4c11a9cdf002e15e7e70017a1ad1e632841a28f67d');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (1, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-5157-7105-a01e-92814eb963b0", "ce_time": "2026-11-22T06:25:00.123456Z", "ce_type": "placet.admin.config.change.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000001", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-a01e92814eb963b0-01"}', '\x7b2263223a7b226163746f72223a227a392b434a73612b4f68794669784c664359525a616348314c4464354f303550615073344f596431545a733d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353135372d373130352d613031652d393238313465623936336230222c2272223a22646174617365745f6164646564222c22736571223a312c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333435365a222c227479223a22706c616365742e61646d696e2e636f6e6669672e6368616e67652e7631222c2276223a22706c616365742f656e7472792f7631227d', '\x056163746f72b0b8b6467e31dbfeb56b6b8be6c5c55627610569cb03088d3c26bacb150e85210000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (2, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-5194-72ef-ae72-4c4124a47332", "ce_time": "2026-11-22T06:25:00.123456Z", "ce_type": "placet.import.started.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000002", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-ae724c4124a47332-01"}', '\x7b2263223a7b226163746f72223a22446e4e50794641314536704435314c396f506567744f514c6b546b32524a586762416c48494b50563561303d227d2c226570223a312c226964223a2230316132323934392d353139342d373265662d616537322d346334313234613437333332222c226e223a7b226279746573223a313139367d2c227072223a223477324156456c2b6d6966424554473937554e564a664c61615747724b6e6f37357238645373694e7466513d222c2272223a2276616c69645f726f77735f6f6e6c79222c22736571223a322c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333435365a222c227479223a22706c616365742e696d706f72742e737461727465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226472795f72756e223a66616c73652c2266696c655f736861323536223a2237353430336439653933316234373664326532373339326231646565326535316639326536336464303465366565636665626165306431623239366137656132222c22666f726d6174223a22637376222c22696d706f72745f6964223a2230316132323934392d353137622d376532312d623838322d306361646464303065393432227d7d', '\x056163746f72d160f44a3b3dccdfdff3eda53cb6eafca4a4fd959acec9f35b61ddb057eb34150000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (3, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-528c-7099-a70a-f2db9894238d", "ce_time": "2026-11-22T06:25:00.123457Z", "ce_type": "placet.consent.given.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000003", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-a70af2db9894238d-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226163746f72223a22754a4d304c2b384f506678346f4b4c326d4c30546b442b7450784e7768555638624c725372432b646d34513d222c227375626a223a5b2269504f733054527050743444484e496e686e4b495a5571433247645844502b3847677532375972453159673d222c22305964475476377267384d34506c79527343736e6238795163346b513564426a5850695a684447724277303d222c22646455464c6f446135525973686672527876465a307a31706b63503337676d66654e3736534854642f436f3d222c224b5a585038475a7837483758386e7864543632544143526b30516a664b4577504850694a59614b367275673d222c2271484c704254763744465a2b59434e6a75386f715a75773736554a4c4a4c457a32476978686a33594438553d222c22434a54486a6c714e795567445a7268664b437a7066435249614b6e484368717536634a356e312f4c3737383d222c2263394b5a674b546a6e79614b446c4965592b354f307463616a48554e46474c6665522f632f5375676a4a733d222c22394c416b306751553641565844304932354a454b596a2b6b573351622f726a377a705a347276303557526f3d222c226c71793132486170377a4a4f576a6741714e7465493334496a365058385a6e4f5350637a5659504f4876343d222c22395837476447662f5166637848394f6e43734c44495852706e39386766766366783970575a5557376931593d222c226e5449516d705078502f4b766d70534d765636376b4b56544d6e466766755445796d6a597766687258466f3d222c22797571657879723659566848384a5a503245423537534e6570565476454946704e33476f775848594d47343d225d7d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353238632d373039392d613730612d663264623938393432333864222c226e223a7b2270656f706c65223a31327d2c227072223a2271744f774232356648713758393942515a77584141383676764f6e6c56416164466a53302f4d314c3343633d222c2272223a22676976656e222c22736571223a332c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333435375a222c227479223a22706c616365742e636f6e73656e742e676976656e2e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226576656e7473223a2266663534353330366233313932313164356663616266303064653535393037376262303930643965366234356266386634343334346531353664343866316338222c22696d706f72745f6964223a2230316132323934392d353137622d376532312d623838322d306361646464303065393432222c227265766973696f6e223a327d7d', '\x056163746f7267e03dbbfeb25ae2542437fdf52f90174035810ccb8b1d8f8dc999e6a87eb73c0000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067375626a2f30874987e14295fa13af514e0fee2d938ea360fa3e6283c60974c792c3e9593a27000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a377d067375626a2f316b1e88a84cf1f585a42c9a828f07d03b895f693a4f755709c6712ad082cc17f0000000227b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a31307d067375626a2f329d846628e0016f8bb28d8c0b83aa738af2ae6e4414c0f753aedc34d6bd4ed47a000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a387d067375626a2f33153559e4b5146d7b78ddf49543d5080784e4d2b35133cfbaa73dcd878f9a1a43000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a337d067375626a2f34192eba78eb1c1ba3b89b854c0b493c6b9c46288b4b9c568a2d819f4665447c7b000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a327d067375626a2f35490f0654abaedf78bcc127f4f81ddd2f782e03d62423c010ff31edc833587527000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a357d067375626a2f3642dee50203904a948cbc3d81706559449b08c7eaa034c73b3c9670ee981e25f1000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a317d067375626a2f37528baa268516fb72b09e3cf6a12ba92ab52c91c8685ccf716e0b6e6819ce5293000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a347d067375626a2f3806aff7d56f0d545317da927d40ddc32c89240070eb9252444fcf459bef0cf88e000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a367d067375626a2f39c52ecf0171c0854840f99efe20c40035b910a2027769d6139b6faf3144d11aea000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a307d077375626a2f3130df1f46bc8d706e41fbd8d535efe721af26ee22a06e3a5f62f0dc388b1b09e58f000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a397d077375626a2f3131ffc7f619684d9e67ead1e3b9fa10de9dd6998ae69d6c9211025c36114e028feb000000227b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a31317d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (4, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-52c8-7b35-a8d5-15179a421868", "ce_time": "2026-11-22T06:25:00.123456Z", "ce_type": "placet.import.finished.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000004", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-a8d515179a421868-01"}', '\x7b2263223a7b226163746f72223a22576857366e2f76537679417a5555412b396a547757716332782b6a497248797738496b6136374f416166453d227d2c226570223a312c226964223a2230316132323934392d353263382d376233352d613864352d313531373961343231383638222c226e223a7b226170706c696564223a31322c22626164223a302c227265706561746564223a302c22726f7773223a31327d2c227072223a2235582b4a504c30314c625a2f427042456754783177384176696a365271624a65525a6a4a34652b754e39513d222c2272223a2266696e6973686564222c22736571223a342c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333435365a222c227479223a22706c616365742e696d706f72742e66696e69736865642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226472795f72756e223a66616c73652c22696d706f72745f6964223a2230316132323934392d353137622d376532312d623838322d306361646464303065393432227d7d', '\x056163746f72c838c7b2a05bd044b01f83117b514295c209f9a3fc72f27a9c952abe70a620a50000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (5, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-531f-7eb5-a233-61f0f9c2eec4", "ce_time": "2026-11-22T06:25:00.123457Z", "ce_type": "placet.cohort.frozen.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000005", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-a23361f0f9c2eec4-01"}', '\x7b2263223a7b226163746f72223a227751506c58506d7857646c49424c576a49496b3157684e36716e786352744a446443644f376e71325165303d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353331662d376562352d613233332d363166306639633265656334222c226e223a7b226d656d62657273223a31327d2c2270223a5b2244554f3a30303030303036225d2c227072223a226c447475415133793243425367685152556738674878524246556f4a314e754149616170326d664736676f3d222c2272223a2266726f7a656e222c22736571223a352c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333435375a222c227479223a22706c616365742e636f686f72742e66726f7a656e2e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b22636f686f72745f6964223a2230316132323934392d353330662d373632622d393231352d613632663336653338353037222c22646967657374223a2250475a464e497052444b6c3954306f785378356f347a3151316f58674c704b6b31303945304f594f2b476f3d222c22707572706f7365223a2263393339616563633435353730613935316535323463343134383430653561616537346138616664373061623765303833663965633366643036386239653266222c227265766973696f6e223a327d7d', '\x056163746f72586d98e309f2620bb5fd85851766456185b5d41593408f27377fe6e6cfc725b70000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (6, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-5352-7ba3-992c-af67656b6a36", "ce_time": "2026-11-22T06:25:00.123457Z", "ce_type": "placet.cohort.frozen.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000006", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-992caf67656b6a36-01"}', '\x7b2263223a7b226163746f72223a226b694e7a3331697a42526242676e526d794272592f6936662f7437704a514f574f62445567736a382b34733d222c227065726d6974223a222f38574976412f672b587745442f48723878516f694c446b75665545674b337a4c54386649734c4f4c6e383d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353335322d376261332d393932632d616636373635366236613336222c2270223a5b2244554f3a30303030303036225d2c227072223a223842706d666672774f33504861385153734e6d566958467273326a4669783635724435694a5279486466773d222c2272223a22626f756e64222c22736571223a362c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333435375a222c227479223a22706c616365742e636f686f72742e66726f7a656e2e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b22636f686f72745f6964223a2230316132323934392d353330662d373632622d393231352d613632663336653338353037222c22646967657374223a2250475a464e497052444b6c3954306f785378356f347a3151316f58674c704b6b31303945304f594f2b476f3d222c22707572706f7365223a2263393339616563633435353730613935316535323463343134383430653561616537346138616664373061623765303833663965633366643036386239653266222c227265766973696f6e223a327d7d', '\x056163746f72f27f468b15300645a1c089c1599ead28a9cbbe6f73c13d6dcb7e0517bc3c2af20000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067065726d6974d25c5f1b12adf220ef33139dc649b028bb16b19874a896c3e4560c73cf889e7a000000187b227065726d69745f6964223a225045524d49542d31227d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (7, 'message', 'consent.changes.v1', 'GDI-ZZ-DATASET-1', '{"ce_id": "01a22949-539e-7736-b569-a41b0635484a", "ce_time": "2026-11-22T06:25:00.123459Z", "ce_type": "placet.consent.narrowed.v1", "ce_source": "zz/consent_registry/1", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-9540725ca531d881-01"}', '\x7b22636f686f727473223a5b7b226d656d626572735f6e6f77223a31312c227065726d69745f6964223a225045524d49542d31227d5d2c2264617461736574223a224744492d5a5a2d444154415345542d31222c227265766973696f6e223a347d', '\x', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (8, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-53b8-7f1d-a037-285f97d55513", "ce_time": "2026-11-22T06:25:00.123459Z", "ce_type": "placet.consent.withdrawn.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000007", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-a037285f97d55513-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226163746f72223a226c6c672b4939673463645839542b4b4252536d7275616e73754e39716671394953784f4951414654704a343d222c227375626a223a5b2255646d302b452b6e6d733055526a6d576b674b37634e51744e6c77636245472b546643526f2b6d3539694d3d225d7d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353362382d376631642d613033372d323835663937643535353133222c226e223a7b2270656f706c65223a317d2c227072223a2236542f414f6b512f414f74506b41772b4469652b4d69397774476d4c6c3342314537593450684a574451493d222c2272223a2277697468647261776e222c22736571223a372c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333435395a222c227479223a22706c616365742e636f6e73656e742e77697468647261776e2e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226576656e7473223a2235666437393162643435643732356536393363333236373033396637313737353036346635333162306661303962333431383631643561356662323165383261222c227265766973696f6e223a347d7d', '\x056163746f72a56c530bd3613c6c86c2b3bcb7a9f4997e53b15c1e9ff18feb12216835b7c8440000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067375626a2f30974a9a2feb6986d6c7b58c882d38545ba0dc1cd1db362890b3d1db748a4994b2000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a357d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (10, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-55b9-7f9a-8d69-12ce54b82739", "ce_time": "2026-11-22T06:25:00.123461Z", "ce_type": "placet.person.merge.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000009", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-8d6912ce54b82739-01"}', '\x7b2263223a7b226163746f72223a224d5369454a392b7961494b7350494653696a4f3952645571344b2f41412b6b79667253794c43787145646f3d222c227375626a223a5b2262676d5263444946684e374b444a334a386758495837784a4550426a46386e4d5638346a494746335338633d222c22577a6c4b6d314b45314b4f326a44595053554250416863474e2b54673535412f714a5830426878774333453d225d7d2c226473223a224744492d5a5a2d504552534f4e2d31222c226570223a312c226964223a2230316132323934392d353562392d376639612d386436392d313263653534623832373339222c227072223a225a5573376f2b5550332b7553656d6d366c67734a67686d74364a4475714b4e51457839565939384b3878453d222c2272223a226d657267655f636f6e6669726d6564222c22736571223a392c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436315a222c227479223a22706c616365742e706572736f6e2e6d657267652e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226576656e7473223a2230343639363834623533306130356632643230663637383764393837623639653663333463356562366637326530636436646636623335313262366438656635227d7d', '\x056163746f7274199482080f018e329cdb230527b3737019f68417623c12b9f07ef2097e1ddd000000437b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a227365636f6e642d6465736b227d067375626a2f30f7ca370a4b6471f28a2aae66878c79f71c756ee7fad567349aca599ed4a2ae13000000207b226473223a224744492d5a5a2d504552534f4e2d31222c226f7264223a307d067375626a2f3169bd0e7d550e6b58d8a9f87472bcee76d9425c195772fe057e514ec140d26e9a000000207b226473223a224744492d5a5a2d504552534f4e2d31222c226f7264223a317d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (14, 'message', 'consent.changes.v1', 'GDI-ZZ-DATASET-1', '{"ce_id": "01a22949-5775-7671-a2c7-5dabfe52f150", "ce_time": "2026-11-22T06:25:00.123464Z", "ce_type": "placet.consent.narrowed.v1", "ce_source": "zz/consent_registry/1", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-9540725ca531d881-01"}', '\x7b22636f686f727473223a5b7b226d656d626572735f6e6f77223a392c227065726d69745f6964223a225045524d49542d31227d5d2c2264617461736574223a224744492d5a5a2d444154415345542d31222c227265766973696f6e223a397d', '\x', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (15, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-577f-7346-b4bc-483a93a2d097", "ce_time": "2026-11-22T06:25:00.123464Z", "ce_type": "placet.person.life.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000012", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-b4bc483a93a2d097-01"}', '\x7b2263223a7b226163746f72223a225874416f31514c595566735a43614f72786b7268617a417a612b37727939306c36704153537a354e3737453d222c227375626a223a5b2264657254356d2f725a573739624778652f556c417a7445615a512b4561424c4e55796869484e69444345633d225d7d2c226473223a224744492d5a5a2d504552534f4e2d31222c226570223a312c226964223a2230316132323934392d353737662d373334362d623462632d343833613933613264303937222c227072223a22736f526731374f714e636758483832756555442b7a2f5a75666162517555674f5a445a70454e6d506970343d222c2272223a2264696564222c22736571223a31322c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436345a222c227479223a22706c616365742e706572736f6e2e6c6966652e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226576656e7473223a2261393138613034643930333636636363366161383133373263646535316163396231306636636637366635346337313631666235353363376666353835393863227d7d', '\x056163746f7252f15c6dab3cb2d2dd7930b0aa7bf24514fcc930fc67ca87fd7d702f55edf3af0000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067375626a2f300a275027bf51bd0cc2208cc210d0235f94444342f0a5de92163f95b7ad5b1fa6000000207b226473223a224744492d5a5a2d504552534f4e2d31222c226f7264223a337d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (16, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-57dd-74c0-a298-8c837f6fddae", "ce_time": "2026-11-22T06:25:00.123464Z", "ce_type": "placet.cohort.frozen.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000013", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-a2988c837f6fddae-01"}', '\x7b2263223a7b226163746f72223a2252703566555161466664524475664c4b4b4578432b38684771512f794c544f7559382f2f3170684f6476383d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353764642d373463302d613239382d386338333766366664646165222c226e223a7b226d656d62657273223a31327d2c2270223a5b2244554f3a30303030303036225d2c227072223a22513549627867727979643136654c7155456a6768583735336e693263615a73324c426b5971396a4a384f733d222c2272223a2266726f7a656e222c22736571223a31332c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436345a222c227479223a22706c616365742e636f686f72742e66726f7a656e2e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b22636f686f72745f6964223a2230316132323934392d353764632d373761362d613136312d316538636632303532396433222c22646967657374223a22514a34444144464e7475414156694331536c2f4375434f31726e3938552b43494f776653565779434a4d6b3d222c22707572706f7365223a2263393339616563633435353730613935316535323463343134383430653561616537346138616664373061623765303833663965633366643036386239653266222c227265766973696f6e223a397d7d', '\x056163746f729da2af2452f5f821fb91c333b14dffba868474fc3413db70504e45df918f03f80000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (9, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-54ba-7c11-acd8-f211ccaa9fe6", "ce_time": "2026-11-22T06:25:00.123460Z", "ce_type": "placet.person.merge.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000008", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-acd8f211ccaa9fe6-01"}', '\x7b2263223a7b226163746f72223a22424e304d434a71365a6f43424a75376879382f533269654565724f31304c54324c37757a4b6179534635383d222c227375626a223a5b226956392b58496c39495835395a327537724d79686b394c385657774268627636504b6e59634e35495462513d222c227655453674432f6437614b516f3751306c4f6d5a4a4151464136323642663969756567696d617077654d633d225d7d2c226473223a224744492d5a5a2d504552534f4e2d31222c226570223a312c226964223a2230316132323934392d353462612d376331312d616364382d663231316363616139666536222c227072223a2268736238302f594b366e39472f6453636c7254796947437332583468525a35696463586c6f67664b6f41593d222c2272223a226d657267655f70726f706f736564222c22736571223a382c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436305a222c227479223a22706c616365742e706572736f6e2e6d657267652e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226576656e7473223a2236333065386663303439646661323437326566633965303035333038303565313664303130316562623033323939353662653362663361623564383734363765227d7d', '\x056163746f725113de0c3694b501a62f93ef99e602c56a6481fb2cf90294903bb7ba680d3c780000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067375626a2f308f0c055679daf70f7f516b2987f057c5288522de1b24df46ec9cae22b9765bb3000000207b226473223a224744492d5a5a2d504552534f4e2d31222c226f7264223a307d067375626a2f31ab519db7dbd89d397854f4414fe297c73e030e1aefce90b206e1a34be1866e44000000207b226473223a224744492d5a5a2d504552534f4e2d31222c226f7264223a317d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (11, 'message', 'consent.changes.v1', 'GDI-ZZ-DATASET-1', '{"ce_id": "01a22949-5649-71d3-aaad-a21e3909e693", "ce_time": "2026-11-22T06:25:00.123462Z", "ce_type": "placet.consent.narrowed.v1", "ce_source": "zz/consent_registry/1", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-9540725ca531d881-01"}', '\x7b22636f686f727473223a5b7b226d656d626572735f6e6f77223a31302c227065726d69745f6964223a225045524d49542d31227d5d2c2264617461736574223a224744492d5a5a2d444154415345542d31222c227265766973696f6e223a377d', '\x', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (12, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-565f-77c1-ae3f-2d852201295e", "ce_time": "2026-11-22T06:25:00.123462Z", "ce_type": "placet.consent.changed.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000010", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-ae3f2d852201295e-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226163746f72223a2274657258493747676c37684f64395577546a3131626f6b61682b4a36365a745a7a6430482b745151336d593d222c227375626a223a5b22595465635342436e2f355162586e44486a6b7863737a46586a5735367848626678387a746736484c5649733d225d7d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353635662d373763312d616533662d326438353232303132393565222c226e223a7b2270656f706c65223a317d2c227072223a22506b446f783936565444386c6f61394173546e384e2b6b39337059536d374b6359514a66635351536b2b413d222c2272223a2272656675736564222c22736571223a31302c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436325a222c227479223a22706c616365742e636f6e73656e742e6368616e6765642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226576656e7473223a2262396266336534316338363062366461356130393132653461666664663336646533323036363336323363353634663766643734346137663939646264613461222c227265766973696f6e223a377d7d', '\x056163746f720bc35b9786639631f457bf29b648f0ca7ef3a988b0ccfcbc08d645c42e7da59a0000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067375626a2f30d5b83cd2e54ead0f71b1fcbc7be0577fe535a933efd02def634706d558120993000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a367d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (13, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-56d6-7145-ac2a-fb8cc2883ad9", "ce_time": "2026-11-22T06:25:00.123461Z", "ce_type": "placet.optout.registered.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000011", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-ac2afb8cc2883ad9-01"}', '\x7b2263223a7b226163746f72223a224b4539706564305149665a6a51744878306b3268775a52642f48637a31525331727957743935727a526a553d222c227375626a223a5b225846725a702b492f3259584a3434324b5134324934316e4e4e627863336d34752b375837627335494847383d225d7d2c226473223a224744492d5a5a2d504552534f4e2d31222c226570223a312c226964223a2230316132323934392d353664362d373134352d616332612d666238636332383833616439222c227072223a227054566977612f777265596242634830356e30725064537145364a6b44384b5150505739614749575150453d222c2272223a22616c6c222c22736571223a31312c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436315a222c227479223a22706c616365742e6f70746f75742e726567697374657265642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b227265766973696f6e223a312c22726f6f74223a2230636439326161343339306462663166333830386566346331316139636466303032653135653765373030313761316164316536333238343161323866363764227d7d', '\x056163746f7217e4d05fecd2ea176e208dcf15d94d050f30859737bf685755101d61c1bc3cee0000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067375626a2f30ec8a8ef472feb8a4bf536307614993eac1606344651d467b326b64e46bc36cd6000000207b226473223a224744492d5a5a2d504552534f4e2d31222c226f7264223a327d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (17, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-57fd-77cc-804f-7dd14ba3a895", "ce_time": "2026-11-22T06:25:00.123464Z", "ce_type": "placet.cohort.frozen.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000014", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-804f7dd14ba3a895-01"}', '\x7b2263223a7b226163746f72223a22316379304c494f556b39626d4a35334d70457449306949463969466c7232344937386a4c4335414a72636f3d222c227065726d6974223a227777485961736852776a674b7967744b687a42524b6d6c57445767714b676537766c61586c6f46763433413d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353766642d373763632d383034662d376464313462613361383935222c2270223a5b2244554f3a30303030303036225d2c227072223a2258754d523148674939387164364a697375597953556c444d53434d2f424878466942696f355238315942343d222c2272223a22626f756e64222c22736571223a31342c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436345a222c227479223a22706c616365742e636f686f72742e66726f7a656e2e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b22636f686f72745f6964223a2230316132323934392d353764632d373761362d613136312d316538636632303532396433222c22646967657374223a22514a34444144464e7475414156694331536c2f4375434f31726e3938552b43494f776653565779434a4d6b3d222c22707572706f7365223a2263393339616563633435353730613935316535323463343134383430653561616537346138616664373061623765303833663965633366643036386239653266222c227265766973696f6e223a397d7d', '\x056163746f72b6be46cdb2d914173ad9bd7920138a004eee6c5d94d96f423e64b8b813a5c24c0000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067065726d69747ed0c6e66a3dbe8f002379bdef69341b14bded09507ebe988f52cc6d07036f97000000187b227065726d69745f6964223a225045524d49542d32227d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (18, 'message', 'consent.changes.v1', 'GDI-ZZ-DATASET-1', '{"ce_id": "01a22949-584f-73de-8f9b-66d673dca714", "ce_time": "2026-11-22T06:25:00.123466Z", "ce_type": "placet.consent.narrowed.v1", "ce_source": "zz/consent_registry/1", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-9540725ca531d881-01"}', '\x7b22636f686f727473223a5b7b226d656d626572735f6e6f77223a382c227065726d69745f6964223a225045524d49542d31227d2c7b226d656d626572735f6e6f77223a382c227065726d69745f6964223a225045524d49542d32227d5d2c2264617461736574223a224744492d5a5a2d444154415345542d31222c227265766973696f6e223a31317d', '\x', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (19, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-5858-7078-9a74-a4b7b212b299", "ce_time": "2026-11-22T06:25:00.123466Z", "ce_type": "placet.consent.withdrawn.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000015", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-9a74a4b7b212b299-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226163746f72223a22787855396354524e61556b374b47532f4133457a4d446d33734e6179446871756365636f374773512b4d6b3d222c227375626a223a5b224a5978645933765838366b6b4d55376c3257575743307546777852506d65646c66683548774d5856455a6b3d225d7d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353835382d373037382d396137342d613462376232313262323939222c226e223a7b2270656f706c65223a317d2c227072223a226257535978366d6939303961352f4f6d4d45526e757570692b4454735a676e7a306c4e6d634f6d317963513d222c2272223a2277697468647261776e222c22736571223a31352c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436365a222c227479223a22706c616365742e636f6e73656e742e77697468647261776e2e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226576656e7473223a2239633335383938623732613737386330323561663139653033303634663263646539643065386262656662343564393734303937396636356338333164633033222c227265766973696f6e223a31317d7d', '\x056163746f72a41abbe10bb67cfeffcdb2b1e502caaaff9077de881b4728cd7a0532a62a54f30000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d067375626a2f304b9a7c93154829678f06db15a84594e7263253b2046d42cb7d909f92df2d924c000000217b226473223a224744492d5a5a2d444154415345542d31222c226f7264223a397d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (20, 'entry', 'audit.zz.v1', 'zz/consent_registry/1', '{"ce_id": "01a22949-58a8-722c-b193-f4bd3d8688b0", "ce_time": "2026-11-22T06:25:00.123466Z", "ce_type": "placet.cohort.evaluated.v1", "ce_source": "zz/consent_registry/1", "ce_sequence": "00000000000000000016", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1f826256ca5f88779540725ca531d881-b193f4bd3d8688b0-01"}', '\x7b2263223a7b226163746f72223a225446677a3566305574466338775048664a614161524465557846646539506f674132647a78753979696f733d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934392d353861382d373232632d623139332d663462643364383638386230222c226e223a7b226d656d62657273223a31327d2c2270223a5b2244554f3a30303030303036225d2c227072223a2262794c356d676f326d6a5069726e345741776d446235644c597330566868616c6d51652f50794b2b777a4d3d222c22736571223a31362c22737263223a227a7a2f636f6e73656e745f72656769737472792f31222c227472223a223166383236323536636135663838373739353430373235636135333164383831222c227473223a22323032362d31312d32325430363a32353a30302e3132333436365a222c227479223a22706c616365742e636f686f72742e6576616c75617465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b22707572706f7365223a2263393339616563633435353730613935316535323463343134383430653561616537346138616664373061623765303833663965633366643036386239653266222c227265766973696f6e223a31317d7d', '\x056163746f72de2d6062fac3b9e1df95bc0effdad0b59fcb1e1bb433f9bf65c0e3c4c0f26b1b0000003c7b22636c69656e745f6964223a226465736b222c22697373223a2268747470733a2f2f6c6f67696e2e74657374222c22737562223a226465736b227d', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.outbox_head (src, epoch, seq, head, "position") VALUES ('zz/consent_registry/1', 1, 16, '\x67fb91628b580f4d36d4fddff6f1020dc8f276f55e991a25d0d1e2f3a63ff3ea', 36);
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-7f1e-9a9b-d88bc55a12de', 'P-000000', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-7a86-a411-d173289639ea', 'P-000001', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-7bd1-bb7d-39c13278bc93', 'P-000002', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-7820-9136-24dd3450b2cd', 'P-000003', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-71a6-8aed-90ea10171943', 'P-000004', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-761f-8ee4-3b2481197abc', 'P-000005', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-7324-8459-900e30971b97', 'P-000006', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-77c8-a7ca-673155786779', 'P-000007', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-751a-a631-2cb5ec40caf1', 'P-000008', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-720d-99f9-52d4598c46c8', 'P-000009', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-784b-a0d4-6b3e4f8cb6fa', 'P-000010', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.participant (pid, pseudonym, created_at) VALUES ('01a22949-5251-7190-802e-0e012742d31f', 'P-000011', '2026-11-22 06:25:00.123456+00');
INSERT INTO public.person_event (event_id, pid, number, kind, matter, about, effective_from, effective_to, recorded_at, channel, sealed, commitment, previous, hash) VALUES ('01a22949-540a-7f81-b3a0-1cb1d159f429', '01a22949-5251-7f1e-9a9b-d88bc55a12de', 1, 'merge_proposed', '01a22949-5400-7d3e-952e-c5223ef6f964', '01a22949-5251-7a86-a411-d173289639ea', '2026-11-22 06:25:00.12346+00', NULL, '2026-11-22 06:25:00.12346+00', 'api', '\x0713a36003e07614aadb401a66e7e962c12508f609dd7f2c3059e511092a960b3b05a555bbd96406bb974f0248ad6c1690ed562e6bec42e41d29c632ec9551cca08a3460153ce280c87b83366a36af721ed389d3c64e84b261164938d547f31cb041e59147153b06d70e154daa6e154be984647eed23e934a88eb72a579cefd898807fbc7af1022ef1d0eaf05baa5e4493d8ccfa5e08971579d7813d67', '\xe01d408dc12ada6d2ac59bec292f2c320d9b022633a04319199b5b52abf0ec69', '\x', '\x98df7957e04de15be353dd28ac72dbddcd147f42d567e005df9721253dbadbd9');
INSERT INTO public.person_event (event_id, pid, number, kind, matter, about, effective_from, effective_to, recorded_at, channel, sealed, commitment, previous, hash) VALUES ('01a22949-540b-7cac-96e3-591a9f383e69', '01a22949-5251-7a86-a411-d173289639ea', 1, 'merge_proposed', '01a22949-5400-7d3e-952e-c5223ef6f964', '01a22949-5251-7f1e-9a9b-d88bc55a12de', '2026-11-22 06:25:00.12346+00', NULL, '2026-11-22 06:25:00.12346+00', 'api', '\x10be3235618b19265be29ea506d28fe3a69b1a470a34506e0a29b30c7718765c3948dcfa373df28b566c0526dee73402ebc89bcf3920c1993aa119adefa1203715b9f5c43f942aa3ff4eebde7523e15d6282068147b86dfbda305988ee4c13466d7661520127e0f7387878d09279dbc2d649fd185e8ccd7724fe9744e90c594da84a5ceef800c9886eee0ed27cedf20042ac140a239c18ea08be4e93cb', '\x08ca4a1d81a37cb0dadf8d9b2240166fcd947b2562e026a28d652ed3553f9181', '\x', '\x80ec93f561b3c9b82664d3a4a16b993fd9f1206dc4f859154471fdf9528828d6');
INSERT INTO public.person_event (event_id, pid, number, kind, matter, about, effective_from, effective_to, recorded_at, channel, sealed, commitment, previous, hash) VALUES ('01a22949-551e-71ac-9fc4-f735119db34a', '01a22949-5251-7a86-a411-d173289639ea', 2, 'merge_confirmed', '01a22949-5400-7d3e-952e-c5223ef6f964', '01a22949-5251-7f1e-9a9b-d88bc55a12de', '2026-11-22 06:25:00.123461+00', NULL, '2026-11-22 06:25:00.123461+00', 'api', '\xb2b443671804c15760638535853e8b5a862190ba8d4e5650efa3debb2a9e16990fa62d2a57927ef6695c5d47170848f0d9c6c5b0527dc8897163c3c9b7fa338b14062c5671f5081d7e4d2874f36662bdb5edd529378b4e38d74b6bfe7988e77f8bfcc87de1680bec55ae104af5a3fd7c108df09e341b6994a06c0419a29cc6aad089f3df47443a8b27b5b55af3a958f73f11b8', '\x13fb09129b6220bea3c4d73586883094edaa1273dc8b506f9b9abef266182c60', '\x80ec93f561b3c9b82664d3a4a16b993fd9f1206dc4f859154471fdf9528828d6', '\x5f6ec7980c791c67ba57bacda6dbaa8f806b040ae9bd2acc60267243640dc2d7');
INSERT INTO public.person_event (event_id, pid, number, kind, matter, about, effective_from, effective_to, recorded_at, channel, sealed, commitment, previous, hash) VALUES ('01a22949-551e-7de5-86ab-449ed8042a37', '01a22949-5251-7f1e-9a9b-d88bc55a12de', 2, 'merge_confirmed', '01a22949-5400-7d3e-952e-c5223ef6f964', '01a22949-5251-7a86-a411-d173289639ea', '2026-11-22 06:25:00.123461+00', NULL, '2026-11-22 06:25:00.123461+00', 'api', '\xa447d070a90472f8d2bad3834b191d17f2fb0c6661d69ac94e3bfd4e31c6520a8cbd46c4eef05cb4bb44356d6de3493b8595b1b672d46a9bd37163b8667307c10daf46e7bd971c731a65a020b7951f74ec471ba216ea9ddb6dbaf5e85a6baccce5e0d2bc862ba7ca5ca8e9c237c5b8e3c93fa7ce9c2d41cbbe33311d4cece9663d2e35c7fdc11057f1f907b868a49b825409fe', '\xa664247d81414d50dab15a862c523a04a8e0847793ab6d63efc6b042601a861c', '\x98df7957e04de15be353dd28ac72dbddcd147f42d567e005df9721253dbadbd9', '\xde225123269698033af823c96534ef6f044b0b57164ef74c0d95345e66630c88');
INSERT INTO public.person_event (event_id, pid, number, kind, matter, about, effective_from, effective_to, recorded_at, channel, sealed, commitment, previous, hash) VALUES ('01a22949-571b-76aa-8974-c3c67914181c', '01a22949-5251-71a6-8aed-90ea10171943', 1, 'died', '01a22949-5717-7e98-961a-5cf10ce80427', NULL, '2026-11-21 08:25:00.123456+00', NULL, '2026-11-22 06:25:00.123464+00', 'api', '\xe01d9ec252583ac4bdc24a8f26c076c96c4fd53703a4072025d72f6e17710ae216732dc07ed069df59a0f9d82461c3eb7e3a0d284cbeb408999380f2f867368e9bcdb219ca2fdc15cd6854beec74ff24f24f44641d15720135266bee8b95d24f5980abf08d782c206dbd5c047bc8a5193ab8df903c79a582892f782f66e38e628bd1f360418e211f6fd8a3a818c0dede3b4fcf21a786e370beddd70be41586331b1b6b91b9210f67cf037d7ff13b495ee44fe2501517e9d4df612c7b5b6dfab59969254a1b30d5d79d445ab72d475f71c840ec036dc96c', '\x8911a88c9b92ec9aa28c1027202417f8bf6e4828b9cdaf6aa67e101b6aefcdf5', '\x', '\xdd0934957dfc7f593d7c1e7c934e7f681b3a0f6738b792b16a06d66d87deebc6');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-7190-802e-0e012742d31f', '\x99d19ee024d845aeaf8d1df8211d725d47b8e23d758e89db87ad83e5c643cb3e389e792c0cd484ad621d73e1e813b15eed2e440c38249eefefc84099');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-71a6-8aed-90ea10171943', '\x111a9a7aa6228418a73fa2ddd7731c43cb9b8369a4ef1442ec1beab551f9081031053e84b29a8b464272f2a5b6ec317f8507ec308e625c4572ff03c7');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-720d-99f9-52d4598c46c8', '\x16c67830323b108ee3e04e2d91eec3c9a26ee2502ab5eef1a9af2b9a862c36a25e7070fe09eb5fd71be17a80f28c8dcfd528fa8fe9b495bc74d9a547');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-7324-8459-900e30971b97', '\x46d0ed81af366cfaa8e4f186c906fe6498bec5ed94dee80dd8c0244e90b7d5216905387a708c4faef4fc52310142b2c0506f92ddac1345c2cb00bc9d');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-751a-a631-2cb5ec40caf1', '\x06eda3cd0ff37a4bc2ac7acb29184fac345f973d238ec846badc9cb87d290f2986170648220f43f891de8b628e78d59d31dbc72f67d2a75774485f8b');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-761f-8ee4-3b2481197abc', '\x91f9f38389c52832ee7849bad1ca7fac62758f7db2a028a6b72907fc44f3a881b5f3fad83d2316f159f52cf071fc242593cc9a5dd7ec82916bb0efa5');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-77c8-a7ca-673155786779', '\x6187a50b9c83ea90cae1605b0cbf8799a4f17011f082911c9465254a622847d4b2599ef8bfa0217ac882f710bfc7895ede84549dc61a82f710c06879');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-7820-9136-24dd3450b2cd', '\x728f3c107b751736e802c68c27a519524035fcfe1c057137002893871fb526ca5df682d1e7ee1587d264680e1e5c9bfffafa7fb3e5a756184ba23b7a');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-784b-a0d4-6b3e4f8cb6fa', '\x369176a2020cb86a61398e9f1fa33ff2b783e03c7569ee19abfe1b59bde6560a2d61f0b67e737e27b06b0c1d11d19547ddd851ac373304edda55aaef');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-7a86-a411-d173289639ea', '\xb04312d9a48fc67146a1868603201acb3539371e829569e8f5a0064bba26ea0eba952f9d8b5cc2aaafdb80ce416cdc8991e14169d7d6dd5a762f6553');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-7bd1-bb7d-39c13278bc93', '\x25e35b2614453428460b837e84d4c284a517429c9bca9568b0f146c068edc1d669d315bcf4f95c6cd94e55ce79a625dec27233ebd81ffa4a96c01008');
INSERT INTO public.person_key (pid, wrapped) VALUES ('01a22949-5251-7f1e-9a9b-d88bc55a12de', '\x168938caad68c2ab4050f96eece9adc659074520f29ee9a58f0f58fa1f09c5f22a5268cf8281efc5732eb36f05565d0cbec744f57eb66bb5ac8dc2b1');
INSERT INTO public.person_reach (dataset, revision, ordinal) VALUES ('GDI-ZZ-DATASET-1', 5, 0);
INSERT INTO public.person_reach (dataset, revision, ordinal) VALUES ('GDI-ZZ-DATASET-1', 5, 1);
INSERT INTO public.person_reach (dataset, revision, ordinal) VALUES ('GDI-ZZ-DATASET-1', 6, 0);
INSERT INTO public.person_reach (dataset, revision, ordinal) VALUES ('GDI-ZZ-DATASET-1', 6, 1);
INSERT INTO public.person_reach (dataset, revision, ordinal) VALUES ('GDI-ZZ-DATASET-1', 9, 4);
INSERT INTO public.stand_in (number, dataset, size, reach, people) OVERRIDING SYSTEM VALUE VALUES (1, 'GDI-ZZ-DATASET-1', 0, 17, '\x3a30000000000000');
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 2, '2025-01-15 00:00:00+00', NULL, 'given', 1, '01a22949-5271-721f-badf-1fa8b9d6c543', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 3, '2025-01-15 00:00:00+00', NULL, 'given', 1, '01a22949-5271-7062-ad34-a5119830c60a', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 7, '2025-01-15 00:00:00+00', NULL, 'given', 1, '01a22949-5271-7611-90df-bd6c0c6c0d1d', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 8, '2025-01-15 00:00:00+00', NULL, 'given', 2, '01a22949-5271-70df-a0ec-564b3e297363', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 10, '2025-01-15 00:00:00+00', NULL, 'given', 2, '01a22949-5271-7743-91bd-b89272d766a1', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 11, '2025-01-15 00:00:00+00', NULL, 'given', 2, '01a22949-5271-7227-807b-aacd4597ac56', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 5, '2025-01-15 00:00:00+00', '2026-11-22 06:25:00.123458+00', 'given', 1, '01a22949-5271-720c-85c7-8f8a0f9e9590', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 5, '2026-11-22 06:25:00.123458+00', NULL, 'withdrawn', NULL, '01a22949-5387-7d8b-99fe-8952375eaaf1', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 1, '2025-01-15 00:00:00+00', NULL, 'given', 1, '01a22949-5271-74f7-b1d3-b18fb1c5b219', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 0, '2025-01-15 00:00:00+00', '2026-11-22 06:25:00.123461+00', 'given', 1, '01a22949-5270-7aeb-8050-e17e013b7f9a', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 0, '2026-11-22 06:25:00.123461+00', NULL, 'given', 1, '01a22949-5271-74f7-b1d3-b18fb1c5b219', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 6, '2025-01-15 00:00:00+00', '2026-11-22 06:25:00.123461+00', 'given', 1, '01a22949-5271-7058-9431-07c7f151dd4f', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 6, '2026-11-22 06:25:00.123461+00', NULL, 'refused', NULL, '01a22949-5633-7e45-8ef7-1ed2060a62af', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 4, '2025-01-15 00:00:00+00', NULL, 'given', 1, '01a22949-5271-74f8-bfee-e2fc74cd6ee5', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 9, '2025-01-15 00:00:00+00', '2026-11-22 06:25:00.123465+00', 'given', 2, '01a22949-5271-7eaf-9d15-aa478c82fcd3', false);
INSERT INTO public.standing (dataset, ordinal, starts_at, ends_at, state, terms_id, event_id, pending) VALUES ('GDI-ZZ-DATASET-1', 9, '2026-11-22 06:25:00.123465+00', NULL, 'withdrawn', NULL, '01a22949-5828-7b7b-b568-9b9b88be2bb6', false);
INSERT INTO public.withdrawal (withdrawal_id, pid, recorded_at, revisions, idempotency_key, request_sha256, everywhere) VALUES ('01a22949-5373-7d85-9c30-886eb3655a17', '01a22949-5251-761f-8ee4-3b2481197abc', '2026-11-22 06:25:00.123459+00', '[["GDI-ZZ-DATASET-1", 4]]', NULL, '\x684888c0ebb17f374298b65ee2807526c066094c701bcc7ebbe1c1095f494fc1', true);
INSERT INTO public.withdrawal (withdrawal_id, pid, recorded_at, revisions, idempotency_key, request_sha256, everywhere) VALUES ('01a22949-581f-7bfb-8e31-62b15caefa5f', '01a22949-5251-720d-99f9-52d4598c46c8', '2026-11-22 06:25:00.123466+00', '[["GDI-ZZ-DATASET-1", 11]]', NULL, '\x684888c0ebb17f374298b65ee2807526c066094c701bcc7ebbe1c1095f494fc1', true);
SELECT pg_catalog.setval('public.consent_terms_terms_id_seq', 2, true);
SELECT pg_catalog.setval('public.mondo_activation_number_seq', 1, false);
SELECT pg_catalog.setval('public.outbox_id_seq', 20, true);
SELECT pg_catalog.setval('public.stand_in_number_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.bar
    ADD CONSTRAINT pk_bar PRIMARY KEY (dataset, ordinal, cause, starts_at);
ALTER TABLE ONLY public.catalogue_entry
    ADD CONSTRAINT pk_catalogue_entry PRIMARY KEY (dataset);
ALTER TABLE ONLY public.cohort
    ADD CONSTRAINT pk_cohort PRIMARY KEY (cohort_id);
ALTER TABLE ONLY public.cohort_narrowed
    ADD CONSTRAINT pk_cohort_narrowed PRIMARY KEY (cohort_id, ordinal);
ALTER TABLE ONLY public.consent_event
    ADD CONSTRAINT pk_consent_event PRIMARY KEY (event_id);
ALTER TABLE ONLY public.consent_form
    ADD CONSTRAINT pk_consent_form PRIMARY KEY (sha256);
ALTER TABLE ONLY public.consent_form_step
    ADD CONSTRAINT pk_consent_form_step PRIMARY KEY (sha256, step);
ALTER TABLE ONLY public.consent_terms
    ADD CONSTRAINT pk_consent_terms PRIMARY KEY (terms_id);
ALTER TABLE ONLY public.dataset
    ADD CONSTRAINT pk_dataset PRIMARY KEY (dataset);
ALTER TABLE ONLY public.dataset_member
    ADD CONSTRAINT pk_dataset_member PRIMARY KEY (dataset, ordinal);
ALTER TABLE ONLY public.ended_session
    ADD CONSTRAINT pk_ended_session PRIMARY KEY (digest);
ALTER TABLE ONLY public.feed_change
    ADD CONSTRAINT pk_feed_change PRIMARY KEY (last_position);
ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT pk_heartbeat PRIMARY KEY (register);
ALTER TABLE ONLY public.import_bad
    ADD CONSTRAINT pk_import_bad PRIMARY KEY (import_id, line);
ALTER TABLE ONLY public.import_batch
    ADD CONSTRAINT pk_import_batch PRIMARY KEY (import_id);
ALTER TABLE ONLY public.import_cancel
    ADD CONSTRAINT pk_import_cancel PRIMARY KEY (import_id);
ALTER TABLE ONLY public.import_chunk
    ADD CONSTRAINT pk_import_chunk PRIMARY KEY (import_id, number);
ALTER TABLE ONLY public.import_fault
    ADD CONSTRAINT pk_import_fault PRIMARY KEY (import_id, line, number);
ALTER TABLE ONLY public.import_progress
    ADD CONSTRAINT pk_import_progress PRIMARY KEY (import_id);
ALTER TABLE ONLY public.import_row
    ADD CONSTRAINT pk_import_row PRIMARY KEY (import_id, line);
ALTER TABLE ONLY public.listed_approval
    ADD CONSTRAINT pk_listed_approval PRIMARY KEY (approval_id);
ALTER TABLE ONLY public.mondo_activation
    ADD CONSTRAINT pk_mondo_activation PRIMARY KEY (number);
ALTER TABLE ONLY public.mondo_release
    ADD CONSTRAINT pk_mondo_release PRIMARY KEY (sha256);
ALTER TABLE ONLY public.node_acknowledgement
    ADD CONSTRAINT pk_node_acknowledgement PRIMARY KEY (node, dataset);
ALTER TABLE ONLY public.opt_out_event
    ADD CONSTRAINT pk_opt_out_event PRIMARY KEY (number);
ALTER TABLE ONLY public.opt_out_person
    ADD CONSTRAINT pk_opt_out_person PRIMARY KEY (pid);
ALTER TABLE ONLY public.opt_out_reach
    ADD CONSTRAINT pk_opt_out_reach PRIMARY KEY (number, dataset);
ALTER TABLE ONLY public.opt_out_register
    ADD CONSTRAINT pk_opt_out_register PRIMARY KEY (name);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox_head
    ADD CONSTRAINT pk_outbox_head PRIMARY KEY (src);
ALTER TABLE ONLY public.participant
    ADD CONSTRAINT pk_participant PRIMARY KEY (pid);
ALTER TABLE ONLY public.participant_link
    ADD CONSTRAINT pk_participant_link PRIMARY KEY (issuer, subject);
ALTER TABLE ONLY public.person_event
    ADD CONSTRAINT pk_person_event PRIMARY KEY (event_id);
ALTER TABLE ONLY public.person_key
    ADD CONSTRAINT pk_person_key PRIMARY KEY (pid);
ALTER TABLE ONLY public.person_reach
    ADD CONSTRAINT pk_person_reach PRIMARY KEY (dataset, revision, ordinal);
ALTER TABLE ONLY public.stand_in
    ADD CONSTRAINT pk_stand_in PRIMARY KEY (number);
ALTER TABLE ONLY public.standing
    ADD CONSTRAINT pk_standing PRIMARY KEY (dataset, ordinal, starts_at);
ALTER TABLE ONLY public.unreadable_consent
    ADD CONSTRAINT pk_unreadable_consent PRIMARY KEY (kind, reference);
ALTER TABLE ONLY public.withdrawal
    ADD CONSTRAINT pk_withdrawal PRIMARY KEY (withdrawal_id);
ALTER TABLE ONLY public.cohort
    ADD CONSTRAINT uq_cohort_permit_id UNIQUE (permit_id);
ALTER TABLE ONLY public.consent_event
    ADD CONSTRAINT uq_consent_event_file_sha256_line_mapping UNIQUE (file_sha256, line, mapping);
ALTER TABLE ONLY public.consent_form_step
    ADD CONSTRAINT uq_consent_form_step_name_version_step UNIQUE (name, version, step);
ALTER TABLE ONLY public.consent_terms
    ADD CONSTRAINT uq_consent_terms_sha256 UNIQUE (sha256);
ALTER TABLE ONLY public.dataset_member
    ADD CONSTRAINT uq_dataset_member_dataset_local_id UNIQUE (dataset, local_id);
ALTER TABLE ONLY public.dataset_member
    ADD CONSTRAINT uq_dataset_member_pid_dataset UNIQUE (pid, dataset);
ALTER TABLE ONLY public.opt_out_event
    ADD CONSTRAINT uq_opt_out_event_optout_id UNIQUE (optout_id);
ALTER TABLE ONLY public.opt_out_person
    ADD CONSTRAINT uq_opt_out_person_ordinal UNIQUE (ordinal);
ALTER TABLE ONLY public.participant_link
    ADD CONSTRAINT uq_participant_link_pid UNIQUE (pid);
ALTER TABLE ONLY public.participant
    ADD CONSTRAINT uq_participant_pseudonym UNIQUE (pseudonym);
ALTER TABLE ONLY public.person_event
    ADD CONSTRAINT uq_person_event_pid_number UNIQUE (pid, number);
ALTER TABLE ONLY public.withdrawal
    ADD CONSTRAINT uq_withdrawal_pid_idempotency_key UNIQUE (pid, idempotency_key);
CREATE INDEX ix_bar_dataset_starts_at ON public.bar USING btree (dataset, starts_at);
CREATE INDEX ix_cohort_dataset_bound_revision ON public.cohort USING btree (dataset, bound_revision);
CREATE INDEX ix_consent_event_dataset_ordinal_revision ON public.consent_event USING btree (dataset, ordinal, revision);
CREATE INDEX ix_consent_event_dataset_revision ON public.consent_event USING btree (dataset, revision);
CREATE INDEX ix_feed_change_dataset_revision ON public.feed_change USING btree (dataset, revision);
CREATE INDEX ix_feed_change_narrowed ON public.feed_change USING btree (last_position) WHERE (kind = 'member.narrowed'::text);
CREATE INDEX ix_import_batch_state_received_at ON public.import_batch USING btree (state, received_at);
CREATE INDEX ix_import_row_import_id_first_line ON public.import_row USING btree (import_id, first_line);
CREATE INDEX ix_listed_approval_pid_dataset ON public.listed_approval USING btree (pid, dataset);
CREATE INDEX ix_opt_out_event_pid_number ON public.opt_out_event USING btree (pid, number);
CREATE INDEX ix_opt_out_reach_dataset_revision ON public.opt_out_reach USING btree (dataset, revision);
CREATE INDEX ix_person_event_matter ON public.person_event USING btree (matter);
CREATE INDEX ix_stand_in_dataset_size ON public.stand_in USING btree (dataset, size);
CREATE INDEX ix_standing_dataset_starts_at ON public.standing USING btree (dataset, starts_at);
CREATE INDEX ix_standing_pending ON public.standing USING btree (dataset, starts_at) WHERE pending;
CREATE INDEX ix_withdrawal_pid ON public.withdrawal USING btree (pid);
CREATE TRIGGER consent_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.consent_event FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER consent_form_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.consent_form FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER consent_form_step_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.consent_form_step FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER opt_out_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.opt_out_event FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER opt_out_person_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.opt_out_person FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER opt_out_reach_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.opt_out_reach FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER person_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.person_event FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER person_reach_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.person_reach FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER withdrawal_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.withdrawal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
ALTER TABLE ONLY public.catalogue_entry
    ADD CONSTRAINT fk_catalogue_entry_dataset_dataset FOREIGN KEY (dataset) REFERENCES public.dataset(dataset);
ALTER TABLE ONLY public.cohort
    ADD CONSTRAINT fk_cohort_dataset_dataset FOREIGN KEY (dataset) REFERENCES public.dataset(dataset);
ALTER TABLE ONLY public.cohort_narrowed
    ADD CONSTRAINT fk_cohort_narrowed_cohort_id_cohort FOREIGN KEY (cohort_id) REFERENCES public.cohort(cohort_id);
ALTER TABLE ONLY public.consent_event
    ADD CONSTRAINT fk_consent_event_dataset_ordinal_dataset_member FOREIGN KEY (dataset, ordinal) REFERENCES public.dataset_member(dataset, ordinal);
ALTER TABLE ONLY public.dataset_member
    ADD CONSTRAINT fk_dataset_member_dataset_dataset FOREIGN KEY (dataset) REFERENCES public.dataset(dataset);
ALTER TABLE ONLY public.dataset_member
    ADD CONSTRAINT fk_dataset_member_pid_participant FOREIGN KEY (pid) REFERENCES public.participant(pid);
ALTER TABLE ONLY public.import_cancel
    ADD CONSTRAINT fk_import_cancel_import_id_import_batch FOREIGN KEY (import_id) REFERENCES public.import_batch(import_id);
ALTER TABLE ONLY public.import_chunk
    ADD CONSTRAINT fk_import_chunk_import_id_import_batch FOREIGN KEY (import_id) REFERENCES public.import_batch(import_id);
ALTER TABLE ONLY public.import_progress
    ADD CONSTRAINT fk_import_progress_import_id_import_batch FOREIGN KEY (import_id) REFERENCES public.import_batch(import_id);
ALTER TABLE ONLY public.listed_approval
    ADD CONSTRAINT fk_listed_approval_dataset_dataset FOREIGN KEY (dataset) REFERENCES public.dataset(dataset);
ALTER TABLE ONLY public.listed_approval
    ADD CONSTRAINT fk_listed_approval_pid_participant FOREIGN KEY (pid) REFERENCES public.participant(pid);
ALTER TABLE ONLY public.mondo_activation
    ADD CONSTRAINT fk_mondo_activation_sha256_mondo_release FOREIGN KEY (sha256) REFERENCES public.mondo_release(sha256);
ALTER TABLE ONLY public.node_acknowledgement
    ADD CONSTRAINT fk_node_acknowledgement_dataset_dataset FOREIGN KEY (dataset) REFERENCES public.dataset(dataset);
ALTER TABLE ONLY public.opt_out_person
    ADD CONSTRAINT fk_opt_out_person_pid_participant FOREIGN KEY (pid) REFERENCES public.participant(pid);
ALTER TABLE ONLY public.opt_out_reach
    ADD CONSTRAINT fk_opt_out_reach_dataset_ordinal_dataset_member FOREIGN KEY (dataset, ordinal) REFERENCES public.dataset_member(dataset, ordinal);
ALTER TABLE ONLY public.participant_link
    ADD CONSTRAINT fk_participant_link_pid_participant FOREIGN KEY (pid) REFERENCES public.participant(pid);
ALTER TABLE ONLY public.person_reach
    ADD CONSTRAINT fk_person_reach_dataset_ordinal_dataset_member FOREIGN KEY (dataset, ordinal) REFERENCES public.dataset_member(dataset, ordinal);
ALTER TABLE ONLY public.stand_in
    ADD CONSTRAINT fk_stand_in_dataset_dataset FOREIGN KEY (dataset) REFERENCES public.dataset(dataset);
