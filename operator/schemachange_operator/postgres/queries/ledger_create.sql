-- The ledger, version 1: what was done to this database, in the database itself, readable with plain SQL.
-- Run as the login role in one transaction. Nothing here is dropped or overwritten later; a new version adds.
CREATE SCHEMA IF NOT EXISTS schemachange;
REVOKE ALL ON SCHEMA schemachange FROM PUBLIC;
COMMENT ON SCHEMA schemachange IS 'Ledger of schema changes; written by the runner of schemachange.dev only.';

CREATE TABLE schemachange.version (
    number integer PRIMARY KEY,
    installed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE schemachange.version IS 'Versions of the ledger''s own tables.';

CREATE TABLE schemachange.change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid text NOT NULL,
    namespace text NOT NULL,
    name text NOT NULL,
    content_digest text NOT NULL,
    content text NOT NULL,
    plan_digest text NOT NULL,
    plan text,
    record jsonb NOT NULL,
    relations text[] NOT NULL,
    state text NOT NULL CHECK (state IN ('Open', 'Completed', 'RolledBack', 'Unproven')),
    before_snapshot jsonb NOT NULL,
    system_identifier bigint NOT NULL,
    login_role name NOT NULL DEFAULT session_user,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at timestamptz,
    outcome text
);
COMMENT ON TABLE schemachange.change IS
    'One row per go at a change. Open and Unproven hold their relations; RolledBack is history.';
CREATE UNIQUE INDEX change_current ON schemachange.change (namespace, name) WHERE state <> 'RolledBack';

CREATE TABLE schemachange.step (
    change_id bigint NOT NULL REFERENCES schemachange.change,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('Intent', 'Done', 'Undoing', 'RolledBack')),
    attempt integer NOT NULL,
    transaction_id xid8,
    detail jsonb NOT NULL DEFAULT '{}',
    statements integer NOT NULL DEFAULT 0,
    duration_milliseconds double precision NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    undone_at timestamptz,
    position bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (change_id, name)
);
COMMENT ON TABLE schemachange.step IS
    'Steps of a change. A transactional step''s row commits together with what the step did.';

CREATE TABLE schemachange.statement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id bigint NOT NULL REFERENCES schemachange.change,
    step text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('Apply', 'Rollback')),
    attempt integer NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    duration_milliseconds double precision NOT NULL,
    outcome text NOT NULL,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE schemachange.statement IS 'Statements that were run, with their literals removed.';

CREATE TABLE schemachange.backfill (
    change_id bigint NOT NULL REFERENCES schemachange.change,
    step text NOT NULL,
    upper_key jsonb,
    last_key jsonb,
    pass integer NOT NULL DEFAULT 1,
    rows_total bigint NOT NULL,
    rows_passed bigint NOT NULL DEFAULT 0,
    rows_done bigint NOT NULL DEFAULT 0,
    batches bigint NOT NULL DEFAULT 0,
    done boolean NOT NULL DEFAULT false,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (change_id, step)
);
COMMENT ON TABLE schemachange.backfill IS
    'How far each backfill is; its row commits together with each batch. Keys are arrays of text.';

CREATE TABLE schemachange.backup (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid text NOT NULL,
    namespace text NOT NULL,
    name text NOT NULL,
    step text NOT NULL,
    path text NOT NULL UNIQUE,
    scope text NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 text NOT NULL,
    rows bigint NOT NULL,
    lsn pg_lsn NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE schemachange.backup IS 'Backups taken before steps that destroy.';

REVOKE ALL ON ALL TABLES IN SCHEMA schemachange FROM PUBLIC;
INSERT INTO schemachange.version (number) VALUES (1);
