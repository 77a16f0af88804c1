-- Which transactions hold what keeps somebody from having these locks (PostgreSQL documentation, table 13.2). Prepared
-- transactions have no session and appear as pid 0.
SELECT coalesce(held.pid, 0) AS pid, held.virtualtransaction AS transaction, array_agg(DISTINCT held.mode) AS modes
FROM (
    VALUES
        ('AccessShareLock', '{AccessExclusiveLock}'::text[]),
        ('RowShareLock', '{ExclusiveLock,AccessExclusiveLock}'),
        ('RowExclusiveLock', '{ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'),
        (
            'ShareUpdateExclusiveLock',
            '{ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'
        ),
        (
            'ShareLock',
            '{RowExclusiveLock,ShareUpdateExclusiveLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'
        ),
        (
            'ShareRowExclusiveLock',
            '{RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'
        ),
        (
            'ExclusiveLock',
            '{RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,'
            'AccessExclusiveLock}'
        ),
        (
            'AccessExclusiveLock',
            '{AccessShareLock,RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,'
            'ExclusiveLock,AccessExclusiveLock}'
        )
) AS conflict (wanted, held)
JOIN unnest(%(tags)s::text[], %(modes)s::text[]) AS wish (tag, mode) ON wish.mode = conflict.wanted
JOIN pg_locks AS held ON held.mode = ANY (conflict.held)
WHERE held.granted AND held.pid IS DISTINCT FROM %(pid)s
    AND ROW(
        held.locktype, held.database, held.relation, held.page, held.tuple, held.virtualxid, held.transactionid,
        held.classid, held.objid, held.objsubid
    )::text = wish.tag
GROUP BY held.pid, held.virtualtransaction
