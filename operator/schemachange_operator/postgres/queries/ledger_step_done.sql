-- A step is done; in the transaction of what it did.
INSERT INTO schemachange.step (
    change_id, name, state, attempt, transaction_id, statements, duration_milliseconds, ended_at
)
VALUES (
    %(change_id)s, %(name)s, 'Done', %(attempt)s, pg_current_xact_id(), %(statements)s, %(duration)s, clock_timestamp()
)
ON CONFLICT (change_id, name) DO UPDATE SET
    state = 'Done', attempt = excluded.attempt, transaction_id = excluded.transaction_id, statements = excluded.statements,
    duration_milliseconds = excluded.duration_milliseconds, ended_at = excluded.ended_at
WHERE step.state = 'Intent'
