-- The ledger, version 2, made out of version 1 with all of its rows. Two things are new. Every row that is written becomes an
-- entry in a chain of hashes (the SHA-256 of what it says and of the entry before). And only the runner that has taken the
-- database over last can write: an older one, whose session lives on somewhere, fails.
-- The triggers are ENABLE ALWAYS, so that session_replication_role does not switch them off.
CREATE TABLE schemachange.runner (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    number bigint NOT NULL,
    token uuid NOT NULL DEFAULT gen_random_uuid(),
    application_name text NOT NULL,
    system_identifier bigint NOT NULL,
    timeline integer NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE schemachange.runner IS
    'The runner that may write now. Each transaction that writes holds this row until it ends; the next runner waits for that.';

CREATE TABLE schemachange.entry (
    sequence bigint PRIMARY KEY,
    written_at timestamptz NOT NULL,
    event text NOT NULL,
    content json NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL
);
COMMENT ON TABLE schemachange.entry IS
    'What was written to this ledger, in order, each with the digest of the one before. Nothing is changed or deleted here.';

CREATE FUNCTION schemachange.digest_of(
    sequence bigint, written_at timestamptz, event text, content json, previous bytea
) RETURNS bytea LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(concat_ws(
        E'\n',
        sequence, to_char(written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), event, content, encode(previous, 'hex')
    ), 'UTF8'))
$$;
COMMENT ON FUNCTION schemachange.digest_of IS 'The digest that an entry has to have.';

CREATE FUNCTION schemachange.image(of_table text, whole jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE of_table
        WHEN 'change' THEN whole - ARRAY['content', 'plan', 'before_snapshot'] || jsonb_build_object(
            'content_sha256', encode(sha256(convert_to(whole ->> 'content', 'UTF8')), 'hex'),
            'plan_sha256', encode(sha256(convert_to(whole ->> 'plan', 'UTF8')), 'hex'),
            'before_snapshot_sha256', encode(sha256(convert_to(whole ->> 'before_snapshot', 'UTF8')), 'hex')
        )
        ELSE whole
    END
$$;
COMMENT ON FUNCTION schemachange.image IS 'What an entry says of a row: the row, long texts by their SHA-256.';

CREATE FUNCTION schemachange.append(event text, of_table text, key text, whole jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last schemachange.entry;
    next schemachange.entry;
BEGIN
    -- One writer at a time; the question after the lock sees what the one before has committed.
    LOCK TABLE schemachange.entry IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO last FROM schemachange.entry ORDER BY sequence DESC LIMIT 1;
    next.sequence := coalesce(last.sequence, 0) + 1;
    next.written_at := clock_timestamp();
    next.event := event;
    next.content := json_build_object(
        'table', of_table,
        'key', key,
        'by', session_user,
        'runner', nullif(current_setting('schemachange.runner', true), ''),
        'transaction', pg_current_xact_id()::text,
        'row', schemachange.image(of_table, whole)
    );
    next.previous := coalesce(last.digest, '');
    next.digest := schemachange.digest_of(next.sequence, next.written_at, next.event, next.content, next.previous);
    INSERT INTO schemachange.entry VALUES (next.*);
END $$;

CREATE FUNCTION schemachange.note() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET extra_float_digits = 1
AS $$
DECLARE
    whole jsonb := to_jsonb(NEW);
    event text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        whole := to_jsonb(OLD);
    END IF;
    event := CASE TG_TABLE_NAME
        WHEN 'change' THEN CASE
            WHEN TG_OP = 'UPDATE' AND whole ->> 'state' = to_jsonb(OLD) ->> 'state' THEN 'ChangeAdopted'
            ELSE 'Change' || (whole ->> 'state') END
        WHEN 'step' THEN CASE
            WHEN TG_OP = 'UPDATE' AND whole ->> 'state' = to_jsonb(OLD) ->> 'state' THEN 'StepNoted'
            ELSE 'Step' || (whole ->> 'state') END
        WHEN 'statement' THEN 'StatementRun'
        WHEN 'backfill' THEN CASE WHEN (whole ->> 'done')::boolean THEN 'BackfillDone' ELSE 'BackfillBegun' END
        WHEN 'backup' THEN 'BackupTaken'
        WHEN 'runner' THEN 'RunnerBegan'
        ELSE 'LedgerVersion'
    END;
    IF TG_OP = 'DELETE' THEN
        event := CASE TG_TABLE_NAME WHEN 'step' THEN 'StepForgotten' ELSE 'RowDeleted' END;
    END IF;
    PERFORM schemachange.append(
        event, TG_TABLE_NAME,
        (SELECT string_agg(whole ->> part, '/' ORDER BY number) FROM unnest(TG_ARGV) WITH ORDINALITY AS key (part, number)),
        whole
    );
    RETURN NULL;
END $$;

CREATE FUNCTION schemachange.only_the_runner() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := nullif(current_setting('schemachange.runner', true), '');
BEGIN
    -- Somebody who writes by hand has no number; the entry says so.
    IF own IS NOT NULL THEN
        PERFORM FROM schemachange.runner WHERE token::text = own FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'another runner has taken this database over' USING ERRCODE = 'SC001';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION schemachange.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'rows of schemachange.% are neither changed nor deleted', TG_TABLE_NAME;
END $$;

DO $$
DECLARE
    ledger record;
BEGIN
    FOR ledger IN
        SELECT * FROM (VALUES
            ('change', 'id', ''), ('step', 'change_id, name', ''), ('statement', 'id', ''), ('backup', 'path', ''),
            ('backfill', 'change_id, step', 'WHEN (NEW.done)'), ('runner', 'only_one', ''), ('version', 'number', '')
        ) AS ledger (name, key, condition)
    LOOP
        EXECUTE format('CREATE TRIGGER note_insert AFTER INSERT ON schemachange.%I FOR EACH ROW'
            ' EXECUTE FUNCTION schemachange.note(%s)', ledger.name, ledger.key);
        EXECUTE format('CREATE TRIGGER note_update AFTER UPDATE ON schemachange.%I FOR EACH ROW %s'
            ' EXECUTE FUNCTION schemachange.note(%s)', ledger.name,
            CASE ledger.condition WHEN '' THEN 'WHEN (OLD.* IS DISTINCT FROM NEW.*)' ELSE ledger.condition END, ledger.key);
        EXECUTE format('CREATE TRIGGER note_delete AFTER DELETE ON schemachange.%I FOR EACH ROW'
            ' EXECUTE FUNCTION schemachange.note(%s)', ledger.name, ledger.key);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON schemachange.%I'
            ' EXECUTE FUNCTION schemachange.refuse()', ledger.name);
        EXECUTE format('ALTER TABLE schemachange.%I ENABLE ALWAYS TRIGGER note_insert, ENABLE ALWAYS TRIGGER note_update,'
            ' ENABLE ALWAYS TRIGGER note_delete, ENABLE ALWAYS TRIGGER refuse_truncate', ledger.name);
        IF ledger.name NOT IN ('runner', 'version') THEN
            EXECUTE format('CREATE TRIGGER only_the_runner BEFORE INSERT OR UPDATE OR DELETE ON schemachange.%I'
                ' FOR EACH STATEMENT EXECUTE FUNCTION schemachange.only_the_runner()', ledger.name);
            EXECUTE format('ALTER TABLE schemachange.%I ENABLE ALWAYS TRIGGER only_the_runner', ledger.name);
        END IF;
    END LOOP;
END $$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON schemachange.entry EXECUTE FUNCTION schemachange.refuse();
ALTER TABLE schemachange.entry ENABLE ALWAYS TRIGGER refuse_change;

REVOKE ALL ON ALL TABLES IN SCHEMA schemachange FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA schemachange FROM PUBLIC;

-- Rows of version 1 begin the chain as they are found.
SET LOCAL TimeZone = 'UTC';
SELECT schemachange.append('Found', found.of_table, found.key, found.whole)
FROM (
    SELECT 1 AS rank, number AS place, 'version' AS of_table, number::text AS key, to_jsonb(version) AS whole
    FROM schemachange.version
    UNION ALL SELECT 2, id, 'change', id::text, to_jsonb(change) FROM schemachange.change
    UNION ALL SELECT 3, position, 'step', change_id || '/' || name, to_jsonb(step) FROM schemachange.step
    UNION ALL SELECT 4, id, 'statement', id::text, to_jsonb(statement) FROM schemachange.statement
    UNION ALL SELECT 5, change_id, 'backfill', change_id || '/' || step, to_jsonb(backfill) FROM schemachange.backfill
    UNION ALL SELECT 6, id, 'backup', path, to_jsonb(backup) FROM schemachange.backup
    ORDER BY 1, 2
) AS found;
INSERT INTO schemachange.version (number) VALUES (2);
INSERT INTO schemachange.runner (number, application_name, system_identifier, timeline)
SELECT 0, 'nobody yet', system_identifier, 0 FROM pg_control_system();
