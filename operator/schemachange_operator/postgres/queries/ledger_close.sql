-- Ends a go at a change, or says that its state is unproven; a second time changes nothing.
UPDATE schemachange.change
SET state = %(state)s, outcome = %(outcome)s,
    closed_at = CASE WHEN %(state)s = 'Unproven' THEN NULL ELSE clock_timestamp() END
WHERE id = %(id)s AND state IN ('Open', 'Unproven')
