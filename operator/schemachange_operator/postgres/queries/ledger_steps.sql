-- All steps of a change in the order they were begun.
SELECT name, state, attempt, detail, transaction_id::text AS transaction_id
FROM schemachange.step WHERE change_id = %(change_id)s ORDER BY position
