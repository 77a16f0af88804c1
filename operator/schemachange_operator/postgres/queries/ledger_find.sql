-- The current go at a change: open, completed or unproven; a rolled back one is history.
SELECT
    change.id, change.uid, change.namespace, change.name, change.content_digest, change.plan_digest, change.plan,
    change.record, change.relations, change.state, change.system_identifier, change.outcome,
    change.opened_at, change.closed_at,
    ARRAY(
        SELECT step.name FROM schemachange.step AS step
        WHERE step.change_id = change.id AND step.state IN ('Done', 'Undoing') ORDER BY step.position
    ) AS steps_done
FROM schemachange.change AS change
WHERE change.namespace = %(namespace)s AND change.name = %(name)s AND change.state <> 'RolledBack'
