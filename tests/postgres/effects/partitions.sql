-- ATTACH PARTITION
ALTER TABLE p ATTACH PARTITION loose FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION behind a CHECK that proves it
ALTER TABLE p ATTACH PARTITION fitting FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION beside a default partition
-- setup: CREATE TABLE pd PARTITION OF p DEFAULT
-- setup: INSERT INTO p SELECT g, 1000 + g, 'x' FROM generate_series(1, 50) g
ALTER TABLE p ATTACH PARTITION fitting FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION beside a default partition whose CHECK excludes it
-- setup: CREATE TABLE pd PARTITION OF p DEFAULT
-- setup: INSERT INTO p SELECT g, 1000 + g, 'x' FROM generate_series(1, 50) g
-- setup: ALTER TABLE pd ADD CONSTRAINT pd_not CHECK (k IS NOT NULL AND k >= 300)
ALTER TABLE p ATTACH PARTITION fitting FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION of LIST
-- setup: CREATE TABLE f3 (id bigint, k int, rid bigint)
-- setup: INSERT INTO f3 SELECT g, 3, g FROM generate_series(1, 3000) g
ALTER TABLE f ATTACH PARTITION f3 FOR VALUES IN (3)

-- ATTACH PARTITION DEFAULT
ALTER TABLE p ATTACH PARTITION loose DEFAULT

-- ATTACH PARTITION that is partitioned itself
-- setup: CREATE TABLE pp (id bigint, k int, v text) PARTITION BY RANGE (k)
-- setup: CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (200) TO (250)
-- setup: INSERT INTO pp SELECT g, 200 + g % 50, 'x' FROM generate_series(1, 50) g
ALTER TABLE p ATTACH PARTITION pp FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION with indexes to build
-- setup: CREATE INDEX px ON p (k)
ALTER TABLE p ATTACH PARTITION loose FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION with an index that fits
-- setup: CREATE INDEX px ON p (k)
-- setup: CREATE INDEX fitting_k ON fitting (k)
ALTER TABLE p ATTACH PARTITION fitting FOR VALUES FROM (200) TO (300)

-- DETACH PARTITION
ALTER TABLE p DETACH PARTITION p2

-- DETACH PARTITION with a foreign key
ALTER TABLE f DETACH PARTITION f1

-- DETACH PARTITION beside a default partition
-- setup: DELETE FROM x
ALTER TABLE q DETACH PARTITION q1

-- DETACH PARTITION that another table refers to
-- setup: DELETE FROM x
ALTER TABLE q DETACH PARTITION q2

-- DETACH PARTITION CONCURRENTLY
-- at most: the last lock is held too shortly to be seen each time
-- hold: p2
ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY

-- CREATE TABLE PARTITION OF
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (200) TO (300)

-- CREATE TABLE PARTITION OF beside a default partition
CREATE TABLE q3 PARTITION OF q FOR VALUES FROM (4000) TO (5000)

-- CREATE TABLE PARTITION OF with a foreign key
CREATE TABLE f3 PARTITION OF f FOR VALUES IN (3)

-- CREATE TABLE PARTITION OF in the middle of a tree
CREATE TABLE q13 PARTITION OF q1 DEFAULT

-- DROP of a partition
DROP TABLE p2

-- DROP of a partition in the middle of a tree
-- setup: DROP TABLE x
DROP TABLE q1

-- DROP of a partition with a foreign key
DROP TABLE f1

-- DROP of a partitioned table
DROP TABLE p

-- DROP of a partitioned table with a foreign key
DROP TABLE f

-- DROP of a partitioned table CASCADE
DROP TABLE q CASCADE

-- TRUNCATE of a partitioned table
TRUNCATE p

-- TRUNCATE of a partition
TRUNCATE p1

-- ALTER of a partition
ALTER TABLE p1 ALTER COLUMN v SET NOT NULL

-- ADD CHECK to a partition
ALTER TABLE p1 ADD CONSTRAINT ck CHECK (k < 150)

-- CREATE TRIGGER on a partitioned table
CREATE TRIGGER tg BEFORE INSERT ON q FOR EACH ROW EXECUTE FUNCTION touch()

-- CREATE TRIGGER for each statement on a partitioned table
CREATE TRIGGER tg BEFORE INSERT ON q EXECUTE FUNCTION touch()

-- DISABLE TRIGGER of a partitioned table
-- setup: CREATE TRIGGER tg BEFORE INSERT ON q FOR EACH ROW EXECUTE FUNCTION touch()
ALTER TABLE q DISABLE TRIGGER tg

-- DROP TRIGGER of a partitioned table
-- setup: CREATE TRIGGER tg BEFORE INSERT ON q FOR EACH ROW EXECUTE FUNCTION touch()
DROP TRIGGER tg ON q

-- INSERT into a partitioned table
INSERT INTO p VALUES (1, 5, 'x'), (1, 105, 'x')

-- UPDATE of a partitioned table
UPDATE p SET v = 'y'

-- UPDATE of a partitioned table, one partition by its key
-- at most: which partitions a condition leaves out is the planner's to say
UPDATE p SET v = 'y' WHERE k = 5

-- DELETE from a partitioned table
DELETE FROM p

-- DELETE from a partitioned table that another refers to
-- at most: the rows that refer to it are looked for only where it has rows
-- setup: DELETE FROM x
DELETE FROM q

-- SELECT from a partitioned table
SELECT * FROM q

-- ANALYZE of a partitioned table
ANALYZE q

-- COMMENT ON a partitioned table
COMMENT ON TABLE q IS 'x'

-- CREATE STATISTICS on a partitioned table
CREATE STATISTICS st ON id, k FROM q

-- CREATE POLICY on a partitioned table
CREATE POLICY po ON q USING (true)

-- ENABLE ROW LEVEL SECURITY of a partitioned table
ALTER TABLE q ENABLE ROW LEVEL SECURITY

-- REPLICA IDENTITY of a partitioned table
ALTER TABLE q REPLICA IDENTITY FULL

-- LOCK of a partitioned table
LOCK TABLE q IN SHARE MODE

-- LOCK of ONLY a partitioned table
LOCK TABLE ONLY q IN SHARE MODE

-- ATTACH PARTITION to a table that another refers to
-- setup: CREATE TABLE part (id bigint NOT NULL, k int NOT NULL, v text)
-- setup: INSERT INTO part SELECT g, 5000 + g, 'x' FROM generate_series(1, 50) g
ALTER TABLE q ATTACH PARTITION part FOR VALUES FROM (5000) TO (6000)

-- DETACH PARTITION that is partitioned itself
-- setup: DROP TABLE x
ALTER TABLE q DETACH PARTITION q1

-- ATTACH PARTITION behind a CHECK that proves half of it
-- setup: ALTER TABLE loose ADD CHECK (k >= 200)
-- setup: ALTER TABLE loose ALTER COLUMN k SET NOT NULL
ALTER TABLE p ATTACH PARTITION loose FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION behind a CHECK that lets NULL through
-- setup: ALTER TABLE loose ADD CHECK (k >= 200 AND k < 300)
ALTER TABLE p ATTACH PARTITION loose FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION behind a CHECK that is NOT VALID
-- setup: ALTER TABLE loose ADD CHECK (k IS NOT NULL AND k >= 200 AND k < 300) NOT VALID
ALTER TABLE p ATTACH PARTITION loose FOR VALUES FROM (200) TO (300)

-- ATTACH PARTITION of LIST behind a CHECK that proves it
-- setup: CREATE TABLE f3 (id bigint, k int NOT NULL, rid bigint, CHECK (k = 3))
-- setup: INSERT INTO f3 SELECT g, 3, g FROM generate_series(1, 3000) g
-- setup: ALTER TABLE f DROP CONSTRAINT f_rid_fkey
ALTER TABLE f ATTACH PARTITION f3 FOR VALUES IN (3)

-- ATTACH PARTITION by dates behind a CHECK that proves it
-- setup: CREATE TABLE days (at date) PARTITION BY RANGE (at)
-- setup: CREATE TABLE day1 (at date NOT NULL, CHECK (at >= '2026-01-01' AND at < '2026-02-01'))
-- setup: INSERT INTO day1 SELECT '2026-01-05' FROM generate_series(1, 50) g
ALTER TABLE days ATTACH PARTITION day1 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')

-- ATTACH PARTITION of HASH
-- setup: CREATE TABLE h (id bigint) PARTITION BY HASH (id)
-- setup: CREATE TABLE h0 (id bigint)
-- setup: INSERT INTO h0 VALUES (NULL)
ALTER TABLE h ATTACH PARTITION h0 FOR VALUES WITH (MODULUS 1, REMAINDER 0)

-- CREATE INDEX on a partitioned table whose partitions have it
-- setup: CREATE INDEX p1k ON p1 (k)
-- setup: CREATE INDEX p2k ON p2 (k)
CREATE INDEX pk ON p (k)
