-- Rows of the ledger that are not as their last entry says: changed, gone, or without an entry. What a backfill has done is
-- written by its batches; only its end is an entry.
WITH last AS (
    SELECT DISTINCT ON (content ->> 'table', content ->> 'key')
        content ->> 'table' AS of_table, content ->> 'key' AS key, event, content::jsonb -> 'row' AS image
    FROM schemachange.entry
    ORDER BY content ->> 'table', content ->> 'key', sequence DESC
), found AS (
    SELECT 'version' AS of_table, number::text AS key, to_jsonb(version) AS whole FROM schemachange.version
    UNION ALL SELECT 'runner', only_one::text, to_jsonb(runner) FROM schemachange.runner
    UNION ALL SELECT 'change', id::text, to_jsonb(change) FROM schemachange.change
    UNION ALL SELECT 'step', change_id || '/' || name, to_jsonb(step) FROM schemachange.step
    UNION ALL SELECT 'statement', id::text, to_jsonb(statement) FROM schemachange.statement
    UNION ALL SELECT 'backfill', change_id || '/' || step, to_jsonb(backfill) FROM schemachange.backfill
    UNION ALL SELECT 'backup', path, to_jsonb(backup) FROM schemachange.backup
)
SELECT of_table, key, last.key IS NULL AS unwritten, found.whole IS NULL AS gone
FROM (SELECT * FROM last WHERE event NOT IN ('StepForgotten', 'RowDeleted')) AS last
FULL JOIN found USING (of_table, key)
WHERE last.key IS NULL OR found.whole IS NULL
    OR schemachange.image(of_table, found.whole) <> last.image
    AND NOT (of_table = 'backfill' AND NOT (found.whole ->> 'done')::boolean)
ORDER BY of_table, key
