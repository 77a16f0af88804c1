-- What the chain says, in order: of one change where its namespace and name are given, otherwise all of it.
SELECT
    entry.sequence, entry.written_at, entry.event,
    coalesce(change.namespace, entry.content -> 'row' ->> 'namespace', '') AS namespace,
    CASE
        WHEN change.id IS NOT NULL THEN change.name
        WHEN entry.content ->> 'table' = 'backup' THEN entry.content -> 'row' ->> 'name'
        ELSE ''
    END AS name,
    coalesce(
        entry.content -> 'row' ->> 'step',
        CASE WHEN entry.content ->> 'table' = 'step' THEN entry.content -> 'row' ->> 'name' END,
        ''
    ) AS step,
    entry.content ->> 'by' AS by,
    entry.content ->> 'runner' IS NULL AND entry.content ->> 'table' NOT IN ('runner', 'version') AS by_hand,
    entry.content ->> 'transaction' AS transaction,
    entry.content -> 'row' AS row,
    encode(entry.digest, 'hex') AS digest
FROM schemachange.entry AS entry
LEFT JOIN schemachange.change AS change ON change.id = coalesce(
    entry.content -> 'row' ->> 'change_id',
    CASE WHEN entry.content ->> 'table' = 'change' THEN entry.content -> 'row' ->> 'id' END
)::bigint
WHERE %(namespace)s::text IS NULL
    OR change.namespace = %(namespace)s::text AND change.name = %(name)s::text
    OR entry.content -> 'row' ->> 'namespace' = %(namespace)s::text AND entry.content -> 'row' ->> 'name' = %(name)s::text
ORDER BY entry.sequence
