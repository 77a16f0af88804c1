-- Makes this transaction's snapshot known to other sessions, and says where in the write-ahead log it is.
SELECT pg_export_snapshot() AS name, pg_current_wal_lsn()::text AS lsn
