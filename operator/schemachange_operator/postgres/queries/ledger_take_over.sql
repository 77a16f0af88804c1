-- From here on this runner alone writes. Waits for transactions of an earlier one that hold the row.
UPDATE schemachange.runner
SET number = runner.number + 1, token = gen_random_uuid(), application_name = current_setting('application_name'),
    system_identifier = control.system_identifier, timeline = server.timeline, began_at = clock_timestamp()
FROM
    pg_control_system() AS control,
    (SELECT ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::integer AS timeline) AS server
RETURNING runner.number, runner.token::text AS token, runner.application_name, runner.system_identifier, runner.timeline
