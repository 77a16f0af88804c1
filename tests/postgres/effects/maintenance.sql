-- ANALYZE
ANALYZE t

-- ANALYZE of columns
ANALYZE t (a, b)

-- VACUUM
VACUUM t

-- VACUUM ANALYZE
VACUUM (ANALYZE) t

-- VACUUM FULL
VACUUM FULL t

-- VACUUM of a partitioned table
VACUUM q

-- CLUSTER
CLUSTER t USING t_pkey

-- CLUSTER by the index marked before
-- setup: ALTER TABLE t CLUSTER ON t_a
CLUSTER t

-- REINDEX SCHEMA
-- at most: each table is a transaction of its own, too short to be seen each time
-- hold: o
REINDEX SCHEMA other

-- ANALYZE of a table with children
ANALYZE par

-- VACUUM of a table with children
VACUUM par

-- REINDEX TABLE of a table with children
REINDEX TABLE par

-- ANALYZE of the whole database
ANALYZE
