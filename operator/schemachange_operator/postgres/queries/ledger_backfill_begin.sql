-- A backfill begins: its upper bound stays what it is now.
INSERT INTO schemachange.backfill (change_id, step, upper_key, rows_total)
VALUES (%(change_id)s, %(step)s, %(upper_key)s, %(rows_total)s)
ON CONFLICT (change_id, step) DO NOTHING
