-- Completed changes, from the one named on in the order in which they were completed: what may rest on it. Who undid whom says
-- the content of the one that undid.
SELECT
    change.namespace, change.name, change.content_digest, change.relations, change.plan,
    change.content::jsonb #>> '{reverts,namespace}' AS reverts_namespace,
    change.content::jsonb #>> '{reverts,name}' AS reverts_name
FROM schemachange.change AS change
JOIN schemachange.change AS original
    ON original.namespace = %(namespace)s AND original.name = %(name)s AND original.state = 'Completed'
WHERE change.state = 'Completed' AND (change.closed_at, change.id) >= (original.closed_at, original.id)
ORDER BY change.closed_at, change.id
