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
-- setup: INSERT INTO f3 SELECT g, 3, g FROM generate_series(1, 50) g
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
ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY

-- CREATE TABLE PARTITION OF
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (200) TO (300)

-- CREATE TABLE PARTITION OF beside a default partition
CREATE TABLE q3 PARTITION OF q FOR VALUES FROM (400) TO (500)

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
INSERT INTO p VALUES (1, 5, 'x')

-- UPDATE of a partitioned table
UPDATE p SET v = 'y'

-- UPDATE of a partitioned table, one partition by its key
UPDATE p SET v = 'y' WHERE k = 5

-- DELETE from a partitioned table
DELETE FROM p

-- DELETE from a partitioned table that another refers to
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
