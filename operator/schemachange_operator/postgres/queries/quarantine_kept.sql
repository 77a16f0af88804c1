-- What changes have put in quarantine, and when; the newest of each.
SELECT DISTINCT ON (step.value -> 'quarantine' ->> 'table', step.value -> 'quarantine' ->> 'column')
    change.namespace, change.name, step.value -> 'quarantine' AS quarantine, done.ended_at, clock_timestamp() AS now
FROM schemachange.change
CROSS JOIN LATERAL jsonb_array_elements(change.content::jsonb -> 'steps') AS step
JOIN schemachange.step AS done ON done.change_id = change.id AND done.name = step.value ->> 'name'
WHERE change.state IN ('Open', 'Completed') AND done.state = 'Done' AND step.value -> 'quarantine' IS NOT NULL
ORDER BY step.value -> 'quarantine' ->> 'table', step.value -> 'quarantine' ->> 'column', done.ended_at DESC
