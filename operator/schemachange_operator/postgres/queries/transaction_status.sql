-- What became of a transaction: committed, aborted, in progress; NULL when it is too old to tell.
SELECT pg_xact_status(%(transaction)s::xid8) AS status
