-- Keeps a second runner out of a batch, and says whether somebody was here since.
SELECT backfill.batches, change.state
FROM schemachange.backfill AS backfill JOIN schemachange.change AS change ON change.id = backfill.change_id
WHERE backfill.change_id = %(change_id)s AND backfill.step = %(step)s
FOR NO KEY UPDATE OF backfill
