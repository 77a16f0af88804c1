-- CREATE TABLE
CREATE TABLE nt (id bigint PRIMARY KEY)

-- CREATE TABLE LIKE
CREATE TABLE nt (LIKE t INCLUDING ALL)

-- CREATE TABLE INHERITS
CREATE TABLE nt () INHERITS (par)

-- CREATE TABLE AS
CREATE TABLE nt AS SELECT id, a FROM t

-- CREATE TABLE AS WITH NO DATA
CREATE TABLE nt AS SELECT id, a FROM t WITH NO DATA

-- SELECT INTO
SELECT id, a INTO nt FROM vt

-- CREATE TABLE IF NOT EXISTS that exists
CREATE TABLE IF NOT EXISTS r (id bigint)

-- CREATE TABLE with a column of a sequence
CREATE TABLE nt (id bigint DEFAULT nextval('sq'))

-- RENAME TABLE
ALTER TABLE t RENAME TO t9

-- RENAME of a partitioned table
ALTER TABLE q RENAME TO q9

-- RENAME VIEW
ALTER VIEW vt RENAME TO vt9

-- RENAME MATERIALIZED VIEW
ALTER MATERIALIZED VIEW mv RENAME TO mv9

-- RENAME SEQUENCE
ALTER SEQUENCE sq RENAME TO sq9

-- SET SCHEMA
ALTER TABLE t SET SCHEMA other

-- SET SCHEMA of a table with a sequence
ALTER TABLE owning SET SCHEMA other

-- SET SCHEMA of a partitioned table
ALTER TABLE q SET SCHEMA other

-- SET SCHEMA of a view
ALTER VIEW vt SET SCHEMA other

-- ALTER SCHEMA RENAME
ALTER SCHEMA other RENAME TO elsewhere

-- SET fillfactor
ALTER TABLE t SET (fillfactor = 70)

-- SET autovacuum_enabled
ALTER TABLE t SET (autovacuum_enabled = false)

-- SET parallel_workers
ALTER TABLE t SET (parallel_workers = 2)

-- RESET fillfactor
ALTER TABLE t RESET (fillfactor)

-- SET user_catalog_table
ALTER TABLE t SET (user_catalog_table = true)

-- SET UNLOGGED
ALTER TABLE loose SET UNLOGGED

-- SET UNLOGGED of a table with a sequence
ALTER TABLE owning SET UNLOGGED

-- SET LOGGED where it is so
ALTER TABLE t SET LOGGED

-- SET ACCESS METHOD that it has
-- since: 15
ALTER TABLE t SET ACCESS METHOD heap

-- SET ACCESS METHOD of a partitioned table
-- since: 17
ALTER TABLE p SET ACCESS METHOD heap

-- SET TABLESPACE where it is
ALTER TABLE t SET TABLESPACE pg_default

-- CLUSTER ON
ALTER TABLE t CLUSTER ON t_pkey

-- SET WITHOUT CLUSTER
ALTER TABLE t SET WITHOUT CLUSTER

-- OWNER TO
ALTER TABLE t OWNER TO app_owner

-- OWNER TO of a table with a sequence
ALTER TABLE owning OWNER TO app_owner

-- OWNER TO of a partitioned table
ALTER TABLE q OWNER TO app_owner

-- OWNER TO of a view
ALTER VIEW vt OWNER TO app_owner

-- OWNER TO of a sequence
ALTER SEQUENCE sq OWNER TO app_owner

-- REPLICA IDENTITY FULL
ALTER TABLE t REPLICA IDENTITY FULL

-- REPLICA IDENTITY USING INDEX
ALTER TABLE ready REPLICA IDENTITY USING INDEX ready_e

-- ENABLE ROW LEVEL SECURITY
ALTER TABLE t ENABLE ROW LEVEL SECURITY

-- FORCE ROW LEVEL SECURITY
ALTER TABLE t FORCE ROW LEVEL SECURITY

-- INHERIT
ALTER TABLE gra INHERIT par

-- INHERIT of a table with children
-- setup: CREATE TABLE top (id bigint, z int)
ALTER TABLE chi INHERIT top

-- NO INHERIT
ALTER TABLE chi NO INHERIT par

-- OF a type
-- setup: CREATE TYPE shape AS (id bigint, k int, v text)
ALTER TABLE loose OF shape

-- OWNER TO who owns it
ALTER TABLE t OWNER TO postgres

-- SET SCHEMA of a materialized view
ALTER MATERIALIZED VIEW mv SET SCHEMA other

-- OWNER TO of a materialized view
ALTER MATERIALIZED VIEW mv OWNER TO app_owner

-- ALTER TABLE RENAME of an index
ALTER TABLE t_a RENAME TO t_a2
